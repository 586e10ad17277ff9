import { z } from 'zod';
import { ERROR_CODES, ErrorAnswer } from './error.ts';
import { type Operation, operations } from './operations.ts';

/** The media type of every body (http-binding §4.1). */
export const MEDIA_TYPE = 'application/openjobspec+json';

/** What OAuth sends (RFC 6749, appendix B). */
const FORM = 'application/x-www-form-urlencoded';

type Json = Record<string, unknown>;

const DESCRIPTIONS: Readonly<Record<number, string>> = {
  200: 'Done',
  201: 'Created',
  202: 'Accepted',
  204: 'Done; there is nothing to say',
  400: 'The request is malformed',
  401: 'No valid credential',
  403: 'The credential does not permit this',
  404: 'It does not exist, or the caller may not know of it',
  409: 'It is not in a state that allows this',
  413: 'The body is too large',
  415: 'The body is not JSON',
  422: 'Well-formed, but against a rule',
  429: 'Too many requests; see Retry-After',
  503: 'Redis does not answer; see Retry-After',
};

const content = (schema: unknown, media = MEDIA_TYPE): Json => ({ content: { [media]: { schema } } });

/** Draws the schema as JSON Schema, with every schema that has an id moved into `components`. */
function draw(schema: z.ZodType, components: Json, io: 'input' | 'output'): Json {
  const { $schema, $defs, ...rest } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override: ({ jsonSchema }) => void delete (jsonSchema as Json).id,
  }) as Json;
  for (const [id, definition] of Object.entries((($defs as Json) ?? {}) as Record<string, Json>)) {
    const { id: _, ...plain } = definition;
    components[id] = relink(plain);
  }
  return relink(rest) as Json;
}

const relink = (node: unknown): unknown => {
  if (Array.isArray(node)) return node.map(relink);
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) => [
      key,
      key === '$ref' && typeof value === 'string' ? value.replace('#/$defs/', '#/components/schemas/') : relink(value),
    ]),
  );
};

function named(schema: z.ZodType, components: Json, io: 'input' | 'output'): Json {
  const id = schema.meta()?.id;
  const drawn = draw(schema, components, io);
  if (!id) return drawn;
  // A schema that refers to itself is drawn as a reference, its definition is among the components already.
  if (drawn.$ref !== `#/components/schemas/${id}`) components[id] = drawn;
  return { $ref: `#/components/schemas/${id}` };
}

function parameters(operation: Operation, components: Json): Json[] {
  const of = (schema: z.ZodObject | undefined, place: 'path' | 'query'): Json[] =>
    Object.entries(schema?.shape ?? {}).map(([name, field]) => ({
      name,
      in: place,
      required: place === 'path',
      schema: draw(field as z.ZodType, components, 'input'),
    }));
  return [...of(operation.params, 'path'), ...of(operation.query, 'query')];
}

function answers(operation: Operation, components: Json): Json {
  const success = { description: DESCRIPTIONS[operation.status] };
  const failures = operation.permission === 'public' ? [429, 503] : [400, 401, 403, 404, 409, 413, 415, 422, 429, 503];
  return Object.fromEntries([
    [
      operation.status,
      operation.status === 204
        ? success
        : { ...success, ...content(named(operation.answer, components, 'output'), operation.media) },
    ],
    ...failures.map((status) => [status, { $ref: `#/components/responses/Error${status}` }]),
  ]);
}

/** The OpenAPI 3.1 document of every operation, made from the schemas. */
export function openApiDocument(version: string): Json {
  const components: Json = {};
  const error = named(ErrorAnswer, components, 'output');
  const paths: Record<string, Json> = {};
  for (const operation of Object.values<Operation>(operations)) {
    const path = paths[operation.path] ?? {};
    paths[operation.path] = path;
    path[operation.method.toLowerCase()] = {
      operationId: operation.id,
      summary: operation.summary,
      tags: [operation.path.split('/')[3] ?? 'system'],
      ...(operation.permission === 'public' ? { security: [] } : {}),
      'x-ojs-permission': operation.permission,
      ...(operation.secondFactor ? { 'x-ojs-second-factor': operation.secondFactor } : {}),
      parameters: parameters(operation, components),
      ...(operation.body
        ? {
            requestBody: {
              required: operation.bodyOptional !== true,
              ...content(named(operation.body, components, 'input'), operation.form && FORM),
            },
          }
        : {}),
      responses: answers(operation, components),
    };
  }
  const statuses = Object.keys(DESCRIPTIONS)
    .map(Number)
    .filter((status) => status >= 400);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Open Job Spec server',
      version,
      description: `Error codes: ${Object.keys(ERROR_CODES).join(', ')}.`,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: 'https://localhost:8443', description: 'The development server' }],
    security: [{ bearer: [] }],
    tags: [...new Set(Object.values<Operation>(operations).map((o) => o.path.split('/')[3] ?? 'system'))].map(
      (name) => ({ name }),
    ),
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
      schemas: Object.fromEntries(Object.entries(components).sort(([a], [b]) => (a < b ? -1 : 1))),
      responses: Object.fromEntries(
        statuses.map((status) => [`Error${status}`, { description: DESCRIPTIONS[status], ...content(error) }]),
      ),
    },
  };
}
