import { engine } from './scenarios/engine.ts';
const rows = await engine.run({ rounds: Number(process.argv[2] ?? 3), scale: Number(process.argv[3] ?? 1) });
for (const r of rows) console.log(r.name, r.ratio.toFixed(2), r.ratios.map(x=>x.toFixed(2)).join(' '), JSON.stringify(r.ours), JSON.stringify(r.theirs));
