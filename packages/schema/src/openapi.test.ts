import { expect, test } from 'vitest';
import { openApiDocument } from './openapi.ts';
import { type Operation, operations } from './operations.ts';

const document = openApiDocument('0.0.0') as {
  paths: Record<string, Record<string, { operationId: string; security?: unknown[]; 'x-ojs-permission': string }>>;
  components: { schemas: Record<string, unknown> };
};

test('every operation is in the document, under its own name', () => {
  const described = Object.values(document.paths).flatMap((path) =>
    Object.values(path).map(({ operationId }) => operationId),
  );
  expect(described.sort()).toEqual(Object.keys(operations).sort());
  for (const [name, operation] of Object.entries(operations)) expect(operation.id).toBe(name);
});

test('only operations that say so are open to everybody', () => {
  const open = Object.values<Operation>(operations).filter(({ permission }) => permission === 'public');
  expect(open.map(({ id }) => id)).toEqual([
    'getManifest',
    'getHealth',
    'getLiveness',
    'getReadiness',
    'getToken',
    'revokeToken',
    'getTokenKeys',
    'getServerMetadata',
    'getResourceMetadata',
  ]);
  for (const { path, method, permission } of Object.values<Operation>(operations)) {
    expect(document.paths[path]?.[method.toLowerCase()]?.security).toEqual(permission === 'public' ? [] : undefined);
  }
});

test('every reference leads to a component', () => {
  const references = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(
    ([, name]) => name,
  );
  for (const name of references) expect(document.components.schemas).toHaveProperty([name!]);
});

test('no component is only a reference to itself', () => {
  for (const [name, schema] of Object.entries(document.components.schemas)) {
    expect(schema).not.toEqual({ $ref: `#/components/schemas/${name}` });
  }
});
