import { test } from 'vitest'
import { openLmdbStore } from '../../../src/store/lmdb-store.ts'
import { utf8 } from '../../../src/core/bytes.ts'
import { PackedRows } from '../../../src/core/packed-rows.ts'
import { mkdtempSync, rmSync, readFileSync } from 'node:fs'
const N = 100_000
const main = () => { const s = readFileSync('/proc/self/task/' + process.pid + '/schedstat', 'utf8').split(' '); return Number(s[0]) / 1e6 }
const cpu = () => { const c = process.cpuUsage(); return (c.user + c.system) / 1e3 }
function rows(order: number[], v: number) { const r = new PackedRows(); const key = new Uint8Array(24); const val = new Uint8Array(16).fill(v); for (const i of order) { key.set(utf8('user' + String(i).padStart(20,'0'))); r.add(key, val) } return r.bytes }
test('bench', async () => {
  const sorted = Array.from({length:N},(_,i)=>i*10)
  const shuffled = sorted.slice(); let s=1; for (let i=N-1;i>0;i--){ s=(Math.imul(s,1664525)+1013904223)>>>0; const j=s%(i+1); [shuffled[i],shuffled[j]]=[shuffled[j]!,shuffled[i]!] }
  for (const [name, order] of [['sorted', sorted], ['shuffled', shuffled]] as const) {
    for (let round = 0; round < 2; round++)
    for (const preparedStream of [true, false]) {
      const dir = mkdtempSync('/tmp/lmdbx/b-'); const st = openLmdbStore(dir, { mapSizeBytes: 2**31, preparedStream })
      const all = Array.from({length: 10*N}, (_, i) => i)
      await st.write([{space:'a', rows: rows(all, 1)}])
      const js: number[] = [], total: number[] = [], wall: number[] = []
      for (let k=0;k<7;k++) { const b = rows(order, k+2); await new Promise(r=>setTimeout(r,5)); const t0=performance.now(), m0=main(), c0=cpu(); 
        await st.write([{space:'a', rows: b}]); wall.push(performance.now()-t0); js.push(main()-m0); total.push(cpu()-c0) }
      for (const l of [js,total,wall]) l.sort((a,b)=>a-b)
      if (round) console.log(name, preparedStream ? 'stream' : 'batch', 'js cpu ms', js[3]!.toFixed(1), 'process cpu ms', total[3]!.toFixed(1), 'wall median/min', wall[3]!.toFixed(0), wall[0]!.toFixed(0))
      if (round && preparedStream) { const keys = order.map(i=>utf8('user' + String(i).padStart(20,'0'))); for (let q=0;q<2;q++) {const t=main(); let n=0; for (const k of keys) if (st.get('a',k)) n++; console.log(name,'get ns', ((main()-t)*1e6/N).toFixed(0), n); const t3=main(); let c=0; for (const _ of st.range('a')) c++; console.log('scan ns/row', ((main()-t3)*1e6/c).toFixed(0)) }}
      await st.close(); rmSync(dir,{recursive:true})
    }
  }
}, 120000)
