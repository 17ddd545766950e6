import { sql, type Kysely } from 'kysely';
import { pythonText } from '../../../contract/dci/python-text.ts';
import { HttpError } from '../../http-error.ts';
import type { Known } from '../../auth/principal.ts';
import { mustSeeComponent } from '../access.ts';
import { selectRow, type Row } from '../rows.ts';
import { TABLES } from '../tables.ts';

/**
 * What a scheduled job runs with (reference/dci-control-server.md §4.5): the named components, or the newest of each of the
 * topic's types, by creation, among the active ones of no team.
 *
 * @throws HttpError 412 when a type has none, comes twice, or the number is wrong; 404, 401 for a named one.
 */
export async function chooseComponents(db: Kysely<unknown>, caller: Known, topic: Row, named: readonly unknown[]): Promise<readonly string[]> {
  const types = topic['component_types'] as readonly string[];
  if (named.length > 0) return namedComponents(db, caller, topic, named);
  const chosen: string[] = [];
  for (const type of types) {
    const { rows } = await sql<Row>`select id from components where topic_id = ${topic.id} and type = ${type} and state = 'active' and team_id is null
      order by created_at desc limit 1`.execute(db);
    const id = rows[0]?.id;
    if (id === undefined) throw new HttpError(412, `Component of type "${type}" not found or not exported.`);
    if (chosen.includes(id)) throw new HttpError(412, `Component types ${pythonText(types)} malformed: type ${type} duplicated.`);
    chosen.push(id);
  }
  return chosen;
}

async function namedComponents(db: Kysely<unknown>, caller: Known, topic: Row, ids: readonly unknown[]): Promise<readonly string[]> {
  const types = topic['component_types'] as readonly string[];
  if (ids.length !== types.length) {
    throw new HttpError(412, `The number of component ids does not match the number of component types ${pythonText(types)}`);
  }
  const seen = new Set<unknown>();
  for (const id of ids) {
    const component = await selectRow(db, TABLES.components, String(id));
    if (component['state'] !== 'active' || component['topic_id'] !== topic.id)
      throw new HttpError(404, `component id ${component.id} not found or not exported`);
    await mustSeeComponent(db, caller, component);
    if (seen.has(component['type'])) throw new HttpError(412, `Component types malformed: type ${String(component['type'])} duplicated.`);
    seen.add(component['type']);
  }
  return ids.map(String);
}
