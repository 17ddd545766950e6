import * as z from 'zod';
import { EVERY_ACCOUNT, NOTHING, PathId, route } from '../route.ts';
import { FileRow } from './rows.ts';

const params = z.object({ fileId: PathId });
const path = '/api/v1/files';

/** Raw body; name, mime and owner are headers (DCI-NAME, DCI-MIME, DCI-JOB-ID, DCI-JOBSTATE-ID). */
export const createFile = route({ method: 'POST', path, response: z.object({ file: FileRow }), status: 201, allow: EVERY_ACCOUNT });

export const getFile = route({ method: 'GET', path: `${path}/:fileId`, params, response: z.object({ file: FileRow }), allow: EVERY_ACCOUNT });

/** The bytes. */
export const getFileContent = route({ method: 'GET', path: `${path}/:fileId/content`, params, response: z.unknown(), allow: EVERY_ACCOUNT });

export const deleteFile = route({ method: 'DELETE', path: `${path}/:fileId`, params, response: NOTHING, status: 204, allow: EVERY_ACCOUNT });

const Named = z.object({ id: z.string(), name: z.string() });
const text = z.string().nullable();

const TestCase = z.object({
  name: z.string(),
  classname: z.string(),
  time: z.number(),
  action: z.enum(['success', 'skipped', 'error', 'failure']),
  message: text,
  type: text,
  value: text,
  stdout: text,
  stderr: text,
  properties: z.array(z.unknown()),
  state: z.enum(['ADDED', 'REMOVED', 'UNCHANGED', 'REGRESSED', 'RECOVERED']),
  regression: z.boolean(),
  successfix: z.boolean(),
});

const count = z.number().int();

/** A JUnit file against that of the previous job of the same kind, computed at each read. */
export const getFileJunit = route({
  method: 'GET',
  path: `${path}/:fileId/junit`,
  params,
  response: z.object({
    id: z.string(),
    name: z.string(),
    job: Named,
    previous_job: Named.nullable(),
    testsuites: z.array(
      z.object({
        id: count,
        name: z.string(),
        properties: z.array(z.object({ name: z.string(), value: z.string() })),
        tests: count,
        success: count,
        failures: count,
        errors: count,
        skipped: count,
        time: z.number(),
        regressions: count,
        successfixes: count,
        additions: count,
        deletions: count,
        unchanged: count,
        testcases: z.array(TestCase),
      }),
    ),
  }),
  allow: EVERY_ACCOUNT,
});
