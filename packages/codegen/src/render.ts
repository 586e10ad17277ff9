import openapiTS, { astToString } from 'openapi-typescript';

/** The parts of an OpenAPI document that the route table is made from. */
export interface Document {
  paths: Record<string, Record<string, { operationId?: string; 'x-ojs-permission'?: string }>>;
}

const HEAD = '// Made from packages/schema/openapi.json by "pnpm --filter @ojs/codegen generate". Do not edit.\n';

/** The types of every request and answer. */
export async function renderTypes(document: Document): Promise<string> {
  return HEAD + astToString(await openapiTS(JSON.stringify(document), { alphabetize: true }));
}

/** Where each operation is: all that the client needs of the document when it runs. */
export function renderRoutes(document: Document): string {
  const rows = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId, 'x-ojs-permission': permission }]) => {
      if (operationId === undefined) throw new Error(`${method} ${path} has no operationId`);
      const open = permission === 'public' ? ', open: true' : '';
      return `  ${operationId}: { method: '${method.toUpperCase()}', path: '${path}'${open} },\n`;
    }),
  );
  return `${HEAD}/** Where each operation is; \`open\` ones need no credential. */\nexport const routes = {\n${rows.sort().join('')}} as const;\n`;
}
