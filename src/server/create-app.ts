import { Hono } from 'hono';
import { errorResponse } from './error-response.ts';
import { routes } from './routes.ts';
import type { ServerDeps } from './server-deps.ts';

const exposed = 'Authorization, Content-Type, If-Match, ETag, X-Requested-With, X-Dci-Team-Id';

/** The control server as a web-standard application; `request()` calls it without a port. A trailing slash makes no difference. */
export function createApp(deps: ServerDeps): Hono {
  const app = new Hono({ strict: false });
  app.use(async (context, next) => {
    await next();
    if (!context.req.path.startsWith('/api/')) return; // The pages are this site's own.
    context.header('Access-Control-Allow-Origin', '*');
    context.header('Access-Control-Expose-Headers', exposed);
  });
  app.options('/api/*', (context) =>
    context.json(null, 200, { 'Access-Control-Allow-Methods': 'GET, POST, PUT, DELETE', 'Access-Control-Allow-Headers': exposed }),
  );
  app.onError((error, context) => errorResponse(error, context.req.path, deps.log));
  app.notFound((context) => context.json({ message: `no such path: ${context.req.path}`, payload: {}, status_code: 404 }, 404));
  for (const route of routes) app.on(route.method, [route.path], (context) => route.respond(deps, context));
  for (const path of new Set(routes.map((route) => route.path))) {
    app.all(path, (context) => context.json({ message: `${context.req.method} is not possible here`, payload: {}, status_code: 405 }, 405));
  }
  return app;
}
