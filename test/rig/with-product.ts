import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Product } from './product.ts';
import { openRig } from './rig.ts';

/** `node test/rig/with-product.ts -- command args...`: Headgate runs on the rig for as long as the command does. */
const [, ...command] = process.argv.slice(process.argv.indexOf('--'));
const [program, ...args] = command;
if (program === undefined) throw new Error('usage: node test/rig/with-product.ts -- command args...');

const rig = openRig();
const product = new Product(rig);
try {
  await product.start();
  const child = spawn(program, args, { stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  process.exitCode = code ?? 1;
} finally {
  await product.stop();
  await rig.close();
}
