import {
  CALLBACKS,
  type CallbackName,
  FLOW_TYPES,
  JobId,
  StepId,
  WORKFLOW,
  WorkflowName,
  type WorkflowType,
} from '@ojs/schema';
import type { z } from 'zod';
import type { FlowNode } from '../engine/workflows/tree.ts';
import { invalid, refuseIssues } from './issues.ts';
import { orderOf } from './workflow-order.ts';

export type Attributes = Record<string, unknown>;
export const isObject = (value: unknown): value is Attributes =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A step whose job is yet to be validated. */
export interface ShapeStep {
  readonly kind: 'job';
  readonly parent: number;
  readonly name: string;
  /** Where it stands in the body, such as `steps[3].jobs[1]`. */
  readonly path: string;
  readonly body: Attributes;
  readonly callback?: CallbackName;
  after?: readonly number[];
}

interface ShapeFlow extends Omit<FlowNode, 'children'> {
  children: readonly number[];
}

export type ShapeNode = ShapeStep | ShapeFlow;

/** The structure of a workflow in preorder, as far as it can be told without validating a job. */
export interface Shape {
  readonly id: string | undefined;
  readonly name: string | undefined;
  readonly nodes: readonly ShapeNode[];
}

/** Attributes of a flow. What only the server sets is ignored, as it is in a job. */
const KNOWN = new Set(['type', 'id', 'name', 'steps', 'jobs', 'callbacks', 'options', 'state', 'metadata']);

const isFlowType = (type: unknown): type is (typeof FLOW_TYPES)[number] => FLOW_TYPES.some((each) => each === type);

function optional<T extends z.ZodType>(schema: T, value: unknown, field: string): z.output<T> | undefined {
  if (value === undefined || value === null) return undefined;
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw refuseIssues(parsed.error.issues.map((issue) => ({ ...issue, path: [field] })));
}

/**
 * Reads the structure of a workflow: which flows are in one another, and where each job stands.
 * @throws {Refusal} naming the field and the rule
 */
export function readShape(body: unknown, unknownAttributes: 'reject' | 'ignore'): Shape {
  if (!isObject(body)) throw invalid('body', 'type', 'must be an object');
  const nodes: ShapeNode[] = [];
  const defaults = body.options ?? {};
  if (!isObject(defaults)) throw invalid('options', 'type', 'must be an object');

  function add<T extends ShapeStep | ShapeFlow>(node: T, path: string): T {
    if (nodes.length >= WORKFLOW.nodes) {
      throw invalid(path || 'body', 'max', `a workflow must not have more than ${WORKFLOW.nodes} parts`, {
        status: 422,
        max: WORKFLOW.nodes,
      });
    }
    nodes.push(node);
    return node;
  }

  function step(value: Attributes, path: string, place: Pick<ShapeStep, 'parent' | 'name' | 'callback'>): ShapeStep {
    const { depends_on, ...job } = value;
    if (depends_on !== undefined && nodes[0]?.kind !== 'graph') {
      throw invalid(`${path}.depends_on`, 'unsupported', 'belongs to the form of a workflow that has no type');
    }
    if (job.options !== undefined && !isObject(job.options)) {
      throw invalid(`${path}.options`, 'type', 'must be an object');
    }
    return add({ kind: 'job', path, body: { ...job, options: { ...defaults, ...job.options } }, ...place }, path);
  }

  /** @returns the number of the node */
  function part(value: unknown, path: string, parent: number, name: string, depth: number): number {
    if (!isObject(value)) throw invalid(path, 'type', 'must be an object');
    const n = nodes.length;
    const { type } = value;
    const flows = ['steps', 'jobs', 'callbacks'].find((field) => value[field] !== undefined);
    if (isFlowType(type) && (flows !== undefined || value.args === undefined)) {
      flow(value, path, { kind: type, parent, name }, depth);
    } else if (flows !== undefined) {
      throw invalid(`${path}.type`, 'enum', `must be one of ${FLOW_TYPES.join(', ')} where there are ${flows}`);
    } else step(value, path, { parent, name });
    return n;
  }

  function flow(value: Attributes, path: string, at: Pick<FlowNode, 'kind' | 'parent' | 'name'>, depth: number): void {
    const field = (name: string): string => (path === '' ? name : `${path}.${name}`);
    if (depth > WORKFLOW.depth) {
      throw invalid(path, 'max', `workflows must not be nested more than ${WORKFLOW.depth} deep`, { status: 422 });
    }
    refuseUnknown(value, path);
    const n = nodes.length;
    const label = optional(WorkflowName, value.name, field('name'));
    const named = typeof value.id === 'string' && path !== '' ? optional(StepId, value.id, field('id')) : undefined;
    const node = add<ShapeFlow>(
      { ...at, children: [], ...(label !== undefined && { label }), ...(named !== undefined && { id: named }) },
      path,
    );
    const listName = at.kind === 'chain' || at.kind === 'graph' ? 'steps' : 'jobs';
    const wrong = listName === 'steps' ? 'jobs' : 'steps';
    if (value[wrong] !== undefined) throw invalid(field(wrong), 'unsupported', `a ${at.kind} has ${listName}`);
    const list = value[listName];
    if (!Array.isArray(list)) {
      throw invalid(field(listName), list === undefined ? 'required' : 'type', 'must be an array of jobs');
    }
    if (list.length === 0) throw invalid(field(listName), 'min', 'must have at least one job');
    if (list.length > WORKFLOW.nodes) {
      throw invalid(field(listName), 'max', `must not have more than ${WORKFLOW.nodes} jobs`, { status: 422 });
    }
    if (at.kind === 'graph') node.children = graph(list, field('steps'), n);
    else {
      const children = list.map((each, i) => part(each, field(`${listName}[${i}]`), n, `${i}`, depth + 1));
      node.children = [...children, ...called(value.callbacks, field('callbacks'), at.kind, n)];
    }
  }

  function called(value: unknown, path: string, kind: WorkflowType, parent: number): number[] {
    if (kind !== 'batch') {
      if (value === undefined) return [];
      throw invalid(path, 'unsupported', `a ${kind} has no callbacks; a batch has`);
    }
    if (value === undefined) throw invalid(path, 'required', 'must have at least one callback');
    if (!isObject(value)) throw invalid(path, 'type', 'must be an object');
    const unknown = Object.keys(value).find((name) => !CALLBACKS.some((each) => each === name));
    if (unknown !== undefined) throw invalid(path, 'unknown', `must have only ${CALLBACKS.join(', ')}`);
    const given = CALLBACKS.filter((name) => value[name] !== undefined && value[name] !== null);
    if (given.length === 0) throw invalid(path, 'min', 'must have at least one callback');
    return given.map((name) => {
      const callback = value[name];
      if (!isObject(callback)) throw invalid(`${path}.${name}`, 'type', 'must be an object');
      const n = nodes.length;
      step(callback, `${path}.${name}`, { parent, name, callback: name });
      return n;
    });
  }

  /** The form of the HTTP binding: steps name themselves, and those that they depend on. @returns the nodes in their order */
  function graph(list: readonly unknown[], path: string, parent: number): readonly number[] {
    const needs = list.map((value, i) => {
      if (!isObject(value)) throw invalid(`${path}[${i}]`, 'type', 'must be an object');
      const { id, depends_on: dependsOn, ...job } = value;
      const name = StepId.safeParse(id);
      if (!name.success)
        throw invalid(`${path}[${i}].id`, id === undefined ? 'required' : 'format', 'must name the step');
      step(job, `${path}[${i}]`, { parent, name: name.data });
      return { id: name.data, dependsOn: dependsOn ?? [] };
    });
    const first = parent + 1;
    const { order, after } = orderOf(needs, path);
    after.forEach((each, i) => {
      (nodes[first + i] as ShapeStep).after = each.map((n) => first + n);
    });
    return order.map((i) => first + i);
  }

  function refuseUnknown(value: Attributes, path: string): void {
    if (unknownAttributes === 'ignore') return;
    const unknown = Object.keys(value).filter((name) => !KNOWN.has(name) || (name === 'options' && path !== ''));
    if (unknown.length === 0) return;
    const named = unknown.slice(0, 20).map((name) => name.slice(0, 64).replaceAll(/[^\x20-\x7e]/g, '?'));
    throw invalid(path || 'body', 'unknown', `unknown attributes are not accepted: ${named.join(', ')}`, {
      status: 422,
      unknown: named,
    });
  }

  flow(body, '', { kind: kindOf(body), parent: -1, name: '0' }, 1);
  const id = optional(JobId, body.id, 'id');
  return { id, name: optional(WorkflowName, body.name, 'name'), nodes };
}

/** Without a type it is the form of the HTTP binding, if one of its steps says what it depends on. */
function kindOf({ type, steps }: Attributes): WorkflowType {
  if (isFlowType(type)) return type;
  const depends = Array.isArray(steps) && steps.some((each) => isObject(each) && each.depends_on !== undefined);
  if (type === undefined && depends) return 'graph';
  throw invalid('type', type === undefined ? 'required' : 'enum', `must be one of ${FLOW_TYPES.join(', ')}`);
}
