import { type HoldBench, type Mass, openHoldBench, until } from '../hold/hold.ts';
import { JOB_TYPE, sampleArgs, sampleEmail } from '../sample-job.ts';
import type { Scenario } from '../scenario.ts';
import { sdkWorker } from '../sdk.ts';

export const workflows: Scenario = {
  name: 'workflows',
  title: 'Workflows: a chain and a group created and worked off, a large one created and cancelled',
  sides: ['meanwhile', 'quiet'],
  async run({ scale }) {
    const count = 1_000 * scale;
    const bench = await openHoldBench();
    try {
      return [
        ...(await bench.measure(worked(bench, `chain of ${count}`, chain(count), count))),
        ...(await bench.measure(worked(bench, `group of ${count}`, group(count), count))),
        ...(await bench.measure(cancelled(bench, 5_000 * scale))),
      ];
    } finally {
      await bench.stop();
    }
  },
};

const jobs = (count: number, more: object = {}): object[] =>
  Array.from({ length: count }, (_, i) => ({ type: JOB_TYPE, args: sampleArgs(i), ...more }));
const options = { queue: 'email' };
const chain = (count: number) => ({ type: 'chain', options, steps: jobs(count) });
const group = (count: number) => ({ type: 'group', options, jobs: jobs(count) });

function worked({ secured, ask }: HoldBench, name: string, workflow: object, count: number): Mass {
  return {
    name,
    operations: count,
    unit: 'steps/s',
    run: async () => {
      const worker = sdkWorker(secured, 'email', 16);
      const done = worker.complete(count);
      const { id } = told(await ask('POST', 'workflows', workflow));
      await done;
      await until(async () => told(await ask('GET', `workflows/${id}`)).state === 'completed');
      await worker.stop();
    },
  };
}

/** 400 bytes of arguments a job make two MiB of the largest there may be. */
function cancelled({ ask }: HoldBench, nodes: number): Mass {
  const args = [{ ...sampleEmail(0), note: 'x'.repeat(200) }];
  const workflow = { type: 'group', options, jobs: jobs(nodes - 1, { args }) };
  return {
    name: `${nodes.toLocaleString('en')} nodes`,
    operations: nodes,
    unit: 'nodes/s',
    run: async () => {
      const { id } = told(await ask('POST', 'workflows', workflow));
      await ask('GET', `workflows/${id}`);
      await ask('DELETE', `workflows/${id}`);
      await until(
        async () =>
          told(await ask('GET', `workflows/${id}`)).jobs?.every(({ state }) => state === 'cancelled') === true,
      );
    },
  };
}

interface Told {
  readonly id: string;
  readonly state: string;
  readonly jobs?: readonly { readonly state: string }[];
}

const told = ({ workflow }: Record<string, unknown>): Told => workflow as Told;
