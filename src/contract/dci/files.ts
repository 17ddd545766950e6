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
