import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { startChild } from './child.ts';

const childModule = fileURLToPath(new URL('./child.ts', import.meta.url));

test('what it wrote can be read after it ended', async () => {
  const child = startChild(process.execPath, ['-e', 'console.log("out"); console.error("err"); process.exit(3)']);
  expect(await child.ended).toBe(3);
  expect(child.output().split('\n').sort()).toEqual(['', 'err', 'out']);
});

test('our secrets are not in its environment, where others could read them, unless they are given', async () => {
  process.env.OJS_SECRET_OF_THE_TEST = 'hunter2';
  onTestFinished(() => void delete process.env.OJS_SECRET_OF_THE_TEST);
  const tell = ['-e', 'console.log(process.env.OJS_SECRET_OF_THE_TEST, process.env.PATH !== undefined)'];
  const [child, trusted] = [
    startChild(process.execPath, tell),
    startChild(process.execPath, tell, { env: process.env }),
  ];
  await Promise.all([child.ended, trusted.ended]);
  expect(child.output()).toBe('undefined true\n');
  expect(trusted.output()).toBe('hunter2 true\n');
});

test('a program that does not exist ends at once and says so', async () => {
  const child = startChild('/nowhere/program', []);
  expect(await child.ended).not.toBe(0);
  expect(child.output()).toMatch(/nowhere/);
});

test('one that ignores SIGTERM is killed after its grace', async () => {
  const child = startChild(process.execPath, [
    '-e',
    'process.on("SIGTERM", () => {}); console.log("up"); setInterval(() => {}, 1000)',
  ]);
  await once(child.process.stdout!, 'data');
  await child.stop(50);
  expect(await child.ended).toBe('SIGKILL');
});

test.runIf(process.platform === 'linux')('it ends when its parent is killed', async () => {
  const listener = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void listener.close());
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  const grandchild = `require('node:net').connect(${port}, '127.0.0.1').resume()`;
  const program = `
    import { startChild } from ${JSON.stringify(childModule)};
    startChild(process.execPath, ['-e', ${JSON.stringify(grandchild)}]);
  `;
  const parent = spawn(process.execPath, ['--input-type=module-typescript', '-e', program], { stdio: 'inherit' });
  const [socket] = (await once(listener, 'connection')) as [Socket];
  // Its end, or the reset that a killed process leaves.
  const gone = new Promise((resolve) => socket.resume().once('error', resolve).once('close', resolve));
  parent.kill('SIGKILL');
  await gone;
});
