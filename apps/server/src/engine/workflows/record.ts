import type { EngineContext } from '../context.ts';
import type { Owned, Scope } from '../rights.ts';
import { redisFailure } from '../scripts.ts';
import type { NodeState } from './decide.ts';
import { queuesOf, type Tree } from './tree.ts';

/**
 * A workflow's hash, prefix/workflow/<id>:
 *   type  name  tree (JSON)  by (whose rights begin its steps)  scope (of the
 *         credential that it was made with, JSON)  total (jobs)   never change
 *   left  completed  failed   jobs that have not ended, ended well, ended badly
 *   created  started  ended  until (no longer kept after)   moments in ms
 */
const CONSTANT = ['type', 'name', 'tree', 'by', 'scope', 'total', 'created'] as const;
const CHANGING = ['completed', 'failed', 'started', 'ended'] as const;

/** What never changes of a workflow. */
export interface Plan extends Owned {
  readonly id: string;
  readonly type: string;
  readonly name: string | undefined;
  readonly tree: Tree;
  readonly total: number;
  readonly created: number;
  readonly queues: readonly string[];
}

/** What changes, beside the states of its nodes. */
export interface Progress {
  readonly states: string;
  readonly completed: number;
  readonly failed: number;
  readonly started: number | undefined;
  readonly ended: number | undefined;
}

const number = (text: string | null | undefined): number | undefined => (text ? Number(text) : undefined);

/** Nodes of plans that are remembered, about. */
const REMEMBERED = 50_000;

/** Reads workflows. Plans are remembered, since a step that ends asks for its plan again. */
export class Records {
  readonly #context: EngineContext;
  #plans = new Map<string, Plan>();
  #nodes = 0;

  constructor(context: EngineContext) {
    this.#context = context;
  }

  keyOf(tenant: string, id: string, part = ''): string {
    return `${this.#context.spaces.of(tenant).prefix}/workflow/${id}${part}`;
  }

  #remember(tenant: string, plan: Plan): void {
    if (this.#nodes + plan.tree.length > REMEMBERED) {
      this.#plans.clear();
      this.#nodes = 0;
    }
    this.#nodes += plan.tree.length;
    this.#plans.set(`${tenant} ${plan.id}`, plan);
  }

  /** Undefined where there is none; it may be one that is no longer kept. */
  async plan(tenant: string, id: string): Promise<Plan | undefined> {
    const known = this.#plans.get(`${tenant} ${id}`);
    // An id may be used again once its workflow is no longer kept.
    const is = known && (await this.#read((client) => client.hget(this.keyOf(tenant, id), 'created')));
    if (known !== undefined && is === `${known.created}`) return known;
    this.#plans.delete(`${tenant} ${id}`);
    const [type, name, tree, by, scope, total, created] = await this.#read((client) =>
      client.hmget(this.keyOf(tenant, id), ...CONSTANT),
    );
    if (!type || !tree || !by) return undefined;
    const nodes = JSON.parse(tree) as Tree;
    const plan = {
      id,
      type,
      name: name ?? undefined,
      tree: nodes,
      owner: by,
      ...(scope && { scope: JSON.parse(scope) as Scope }),
      total: Number(total),
      created: Number(created),
      queues: queuesOf(nodes),
    };
    this.#remember(tenant, plan);
    return plan;
  }

  states = (tenant: string, id: string): Promise<string | null> =>
    this.#read((client) => client.get(this.keyOf(tenant, id, '/nodes')));

  async progress(tenant: string, id: string): Promise<Progress | undefined> {
    const [states, [completed, failed, started, ended]] = await this.#read((client) =>
      Promise.all([client.get(this.keyOf(tenant, id, '/nodes')), client.hmget(this.keyOf(tenant, id), ...CHANGING)]),
    );
    if (states === null) return undefined;
    return {
      states,
      completed: number(completed) ?? 0,
      failed: number(failed) ?? 0,
      started: number(started),
      ended: number(ended),
    };
  }

  /** The jobs that steps will be, as JSON. */
  jobs = (tenant: string, id: string, nodes: readonly number[]): Promise<(string | null)[]> =>
    nodes.length === 0
      ? Promise.resolve([])
      : this.#read((client) => client.hmget(this.keyOf(tenant, id, '/steps'), ...nodes.map(String)));

  /** Of each node that ended: when it started and ended, and at which attempt. */
  ends = (tenant: string, id: string): Promise<Record<string, string>> =>
    this.#read((client) => client.hgetall(this.keyOf(tenant, id, '/ends')));

  /** Ids and moments of creation, newest first, from a moment on. */
  list = (tenant: string, from: string, offset: number, count: number): Promise<string[]> =>
    this.#read((client) =>
      client.zrevrangebyscore(
        `${this.#context.spaces.of(tenant).prefix}/workflows`,
        from,
        '-inf',
        'WITHSCORES',
        'LIMIT',
        offset,
        count,
      ),
    );

  async #read<T>(read: (client: EngineContext['client']) => Promise<T>): Promise<T> {
    try {
      return await read(this.#context.client);
    } catch (error) {
      throw redisFailure(error);
    }
  }
}

/** The state of a node. */
export const stateAt = (states: string, n: number): NodeState => states.charAt(n) as NodeState;
