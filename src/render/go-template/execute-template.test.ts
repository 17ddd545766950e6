import assert from 'node:assert/strict';
import { test } from 'node:test';
import { executeTemplate, parseOperatorTemplate } from './execute-template.ts';
import { typedOf } from './go-types.ts';

const DATA = {
  name: 'sno1',
  empty: '',
  count: 3,
  labels: { b: '2', a: '1' },
  nodes: [
    { name: 'n0', role: 'master' },
    { name: 'n1', role: 'worker' },
  ],
};

function render(source: string): string {
  return executeTemplate(parseOperatorTemplate('T', source), typedOf(DATA));
}

/** Template, and what Go's text/template makes of it. */
const RENDERED: readonly (readonly [string, string])[] = [
  ['a {{ .name }} b', 'a sno1 b'],
  ['a {{- .name -}} \n b', 'asno1b'],
  ['{{/* nothing */}}x{{- /* nothing */ -}} y', 'xy'],
  ['{{ if .empty }}yes{{ else if eq .name "sno1" }}sno{{ else }}no{{ end }}', 'sno'],
  ['{{ range .nodes }}{{ .name }}={{ .role }};{{ end }}', 'n0=master;n1=worker;'],
  ['{{ range $i, $n := .nodes }}{{ $i }}:{{ $n.name }} {{ end }}', '0:n0 1:n1 '],
  ['{{ range $k, $v := .labels }}{{ $k }}{{ $v }}{{ end }}', 'a1b2'],
  ['{{ range .none }}x{{ else }}none{{ end }}', 'none'],
  ['{{ range .nodes }}{{ if eq .role "worker" }}{{ break }}{{ end }}{{ .name }}{{ end }}', 'n0'],
  ['{{ range .nodes }}{{ if eq .role "master" }}{{ continue }}{{ end }}{{ .name }}{{ end }}', 'n1'],
  ['{{ with .name }}{{ . | upper | quote }}{{ end }}', '"SNO1"'],
  ['{{ $x := "a" }}{{ if true }}{{ $x = "b" }}{{ end }}{{ $x }}', 'b'],
  ['{{ define "n" }}<{{ .name }}>{{ end }}{{ range .nodes }}{{ template "n" . }}{{ end }}', '<n0><n1>'],
  ['{{ printf "%s-%02d %v %q" .name .count .labels "x" }}', 'sno1-03 map[a:1 b:2] "x"'],
  ['{{ (index .nodes 1).name }}{{ len .nodes }}', 'n12'],
  ['{{ and .name .empty }}|{{ or .empty .name }}|{{ not .empty }}', '|sno1|true'],
  ['{{ .labels | toYaml | nindent 2 }}', '\n  a: "1"\n  b: "2"'],
  ['{{ default "d" .empty }} {{ .none }} {{ ternary "y" "n" (gt .count 2) }}', 'd <no value> y'],
  ['{{ list "b" "a" | sortAlpha | join "," }} {{ .name | replace "1" "2" | trimPrefix "s" }}', 'a,b no2'],
];

for (const [source, expected] of RENDERED) test(`renders as Go does: ${JSON.stringify(source)}`, () => assert.equal(render(source), expected));

/** Template, and what Go says of it. */
const REFUSED: readonly (readonly [string, string])[] = [
  ['a\n{{ .name', 'template: T:2: unclosed action'],
  ['{{ .name\n', 'template: T:2: unclosed action started at T:1'],
  ['{{ if .name }}x', 'template: T:1: unexpected EOF'],
  ['x{{ end }}', 'template: T:1: unexpected {{end}}'],
  ['{{ if }}x{{ end }}', 'template: T:1: missing value for if'],
  ['{{ $y }}', 'template: T:1: undefined variable "$y"'],
  ['{{ frob 1 }}', 'template: T:1: function "frob" not defined'],
  ['{{ break }}', 'template: T:1: {{break}} outside {{range}}'],
  ['{{ .name.more }}', 'template: T:1:8: executing "T" at <.name.more>: can\'t evaluate field more in type string'],
  ['{{ upper 1 }}', 'template: T:1:9: executing "T" at <1>: wrong type for value; expected string; got int'],
  ['{{ upper }}', 'template: T:1:3: executing "T" at <upper>: wrong number of args for upper: want 1 got 0'],
  ['{{ index .nodes 7 }}', 'template: T:1:3: executing "T" at <index .nodes 7>: error calling index: index out of range: 7'],
  ['{{ now }}', 'template: T:1:3: executing "T" at <now>: labwright refuses now: its result is not the same each time'],
];

for (const [source, expected] of REFUSED)
  test(`refuses in Go's words: ${JSON.stringify(source)}`, () => assert.throws(() => render(source), { message: expected }));
