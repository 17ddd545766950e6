import type { CatalogueComponent } from '../../pipeline/select-component.ts';
import type { ServerDeps } from '../server-deps.ts';

/** Every component that all teams see, of topics in use. */
export async function readCatalogue({ pool }: Pick<ServerDeps, 'pool'>): Promise<readonly CatalogueComponent[]> {
  const { rows } = await pool.query<Omit<CatalogueComponent, 'releasedAt' | 'createdAt'> & { releasedAt: Date; createdAt: Date }>(
    `select c.id, t.name as topic, c.type, coalesce(nullif(c.display_name, ''), c.name) as name, c.version, c.state, c.tags,
            coalesce(c.released_at, c.created_at) as "releasedAt", c.created_at as "createdAt"
     from components c join topics t on t.id = c.topic_id where c.team_id is null and c.state <> 'archived' and t.state = 'active'`,
  );
  return rows.map((row) => ({ ...row, releasedAt: new Date(row.releasedAt).toISOString(), createdAt: new Date(row.createdAt).toISOString() }));
}
