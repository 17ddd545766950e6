import * as z from 'zod';
import { EVERY_ACCOUNT, NOTHING, PathId, route } from '../route.ts';
import { changes, data, id, list, newObject, state, text } from './fields.ts';
import { ListQuery } from './list-query.ts';
import { pythonText } from './python-text.ts';
import { ComponentFileRow, ComponentRow, JobRow, Meta } from './rows.ts';

const params = z.object({ componentId: PathId });
const path = '/api/v1/components';

const notEmpty = text().min(1, { error: ({ input }) => `${pythonText(input)} is too short` });

const NewComponent = newObject({
  // In this order they stand in the original's texts.
  display_name: notEmpty.optional(),
  name: notEmpty.optional(),
  type: text(),
  topic_id: id(),
  title: text().default(''),
  message: text().default(''),
  canonical_project_name: text().default(''),
  version: text().default(''),
  url: text().default(''),
  uid: text().default(''),
  state: state().default('active'),
  data: data().default({}),
  tags: list().default([]),
  team_id: id().optional(),
  released_at: text().optional(),
});

/** One of name and display_name; without a team it is everybody's. */
export const createComponent = route({
  method: 'POST',
  path,
  body: NewComponent.superRefine((component, context) => {
    const { name, display_name: displayName } = component;
    if (name !== undefined && displayName !== undefined) {
      context.addIssue({ code: 'custom', message: `${pythonText(component)} is valid under each of {'required': ['display_name']}, {'required': ['name']}` });
    } else if (name === undefined && displayName === undefined) {
      context.addIssue({ code: 'custom', message: `${pythonText(component)} is not valid under any of the given schemas` });
    }
  }),
  response: z.object({ component: ComponentRow }),
  status: 201,
  etagOf: 'component',
  allow: EVERY_ACCOUNT,
});

export const listComponents = route({
  method: 'GET',
  path,
  query: ListQuery,
  response: z.object({ components: z.array(ComponentRow), _meta: Meta }),
  allow: EVERY_ACCOUNT,
});

export const getComponent = route({
  method: 'GET',
  path: `${path}/:componentId`,
  params,
  response: z.object({ component: ComponentRow.extend({ files: z.array(ComponentFileRow), jobs: z.array(JobRow) }) }),
  etagOf: 'component',
  allow: EVERY_ACCOUNT,
});

export const updateComponent = route({
  method: 'PUT',
  path: `${path}/:componentId`,
  params,
  body: changes({
    name: text(),
    display_name: text(),
    version: text(),
    type: text(),
    title: text(),
    message: text(),
    canonical_project_name: text(),
    url: text(),
    topic_id: id(),
    state: state(),
    data: data(),
    tags: list(),
    released_at: text(),
  }),
  response: z.object({ component: ComponentRow }),
  etagOf: 'component',
  needsIfMatch: true,
  allow: EVERY_ACCOUNT,
});

export const deleteComponent = route({
  method: 'DELETE',
  path: `${path}/:componentId`,
  params,
  response: NOTHING,
  status: 204,
  needsIfMatch: true,
  allow: EVERY_ACCOUNT,
});

const fileParams = z.object({ componentId: PathId, fileId: PathId });
const NewComponentFile = ComponentFileRow.omit({ state: true, updated_at: true });

/** Raw body. Its name is its id, whatever the headers say. */
export const createComponentFile = route({
  method: 'POST',
  path: `${path}/:componentId/files`,
  params,
  response: z.object({ component_file: NewComponentFile }),
  status: 201,
  allow: EVERY_ACCOUNT,
});

/** All of them: limit and offset are checked and have no effect, and the count ignores `where`, as in the original. */
export const listComponentFiles = route({
  method: 'GET',
  path: `${path}/:componentId/files`,
  params,
  query: ListQuery,
  response: z.object({ component_files: z.array(ComponentFileRow), _meta: Meta }),
  allow: EVERY_ACCOUNT,
});

export const getComponentFile = route({
  method: 'GET',
  path: `${path}/:componentId/files/:fileId`,
  params: fileParams,
  response: z.object({ component_file: ComponentFileRow }),
  allow: EVERY_ACCOUNT,
});

/** The bytes. */
export const getComponentFileContent = route({
  method: 'GET',
  path: `${path}/:componentId/files/:fileId/content`,
  params: fileParams,
  response: z.unknown(),
  allow: EVERY_ACCOUNT,
});

export const deleteComponentFile = route({
  method: 'DELETE',
  path: `${path}/:componentId/files/:fileId`,
  params: fileParams,
  response: NOTHING,
  status: 204,
  needsIfMatch: true,
  allow: EVERY_ACCOUNT,
});
