import { openMachine } from '/work/main/host-agent/src/machine.ts';
import { createRunTable } from '/work/main/host-agent/src/runs/run-table.ts';
import { createDecoder } from '/work/main/protocol/src/decode.ts';
import { framesOf } from '/work/main/protocol/src/frames.ts';
import { toJson } from '/work/main/protocol/src/value.ts';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
const args = process.argv.slice(2); const cmd=args.shift();
const files=[],params={},attach={};let secs=0;
for(let i=0;i<args.length;i++){const a=args[i];
 if(a==='--json')continue; if(a==='--for'){secs=parseInt(args[++i]);continue}
 const kv=(o,t)=>{const j=t.indexOf('=');o[t.slice(0,j)]=t.slice(j+1)};
 if(a==='--set'){kv(params,args[++i]);continue} if(a==='--attach'){kv(attach,args[++i]);continue}
 files.push({name:basename(a),text:readFileSync(a,'utf8')});}
const log=(t)=>process.stderr.write(t+'\n');
const m=await openMachine({dataDir:undefined,policyPath:undefined,log});
const say=(o)=>process.stdout.write(JSON.stringify(o)+'\n');
const nest=(cols,row)=>{ if(cols.length===1&&cols[0].leaf.path.length===0)return toJson(cols[0].get(row)); const o={};for(const c of cols){let at=o;const p=c.leaf.path;for(const k of p.slice(0,-1))at=at[k]??={};at[p.at(-1)]=toJson(c.get(row));}return o;};
let dec, snap=new Map(), schema;
const drain=(run)=>{for(;;){const msg=run.outbox.take(1<<20);if(!msg)break;for(const f of framesOf(msg,1<<20)){ const k=f.header.kind; if(k==='log'){process.stderr.write(Buffer.from(f.payload));continue} if(k==='gap')continue; const s=dec.sourceOf(f);
 if(k==='events')for(const b of dec.records(f))for(let r=0;r<b.rows;r++)say({kind:'event',source:s.name,data:nest(b.columns,r)});
 else if(k==='trace')for(const t of dec.trace(f))say({kind:'trace',text:t.text,comm:t.comm,pid:t.pid,cpu:t.cpu,time_ns:String(t.timeNs)});
 else if(k==='map'&&s.kind==='map'){const b=dec.map(f);if(b.first)snap.set(s.id,[]);const l=snap.get(s.id)??[];for(let r=0;r<b.rows;r++)l.push({key:nest(b.keys,r),value:b.cpuValues?b.cpuValues.map(c=>nest(c,r)):nest(b.values,r)});if(b.last)say({kind:'map',source:s.name,entries:l});}
 }}};
const table=createRunTable(m.environment,{status(r,s){log('state '+s.state+' '+(s.reason??'')+JSON.stringify(s.error??'')+JSON.stringify(s.programs)+s.remarks.join());last=s},schema(r,s){schema=s.schema;dec=createDecoder(s.schema);say({kind:'schema',...s.schema})},counts(r){if(last?.state==='running')say({kind:'stats',...r.counts()})},data(r){drain(r)}});
let last;
const run=table.start({run:'r'+process.pid,stream:1,user:'me',host:'h',probe:{files,flags:[],params,attach,limits:{seconds:secs,events:0},mapInterval:1000}});
process.on('SIGINT',()=>run.stop('stopped'));
await run.ended; drain(run);
say({kind:'end',reason:last.reason,timing_ms:last.timing,sources:run.counts()?.sources});
table.close();
process.exit(last.error?1:0);
