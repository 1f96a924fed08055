import { execFile } from 'node:child_process'
import { writeFile, mkdtemp, chmod, rm } from 'node:fs/promises'
import { promisify } from 'node:util'
import { Client, Pool } from 'pg'
import { startEmbeddedPostgres, ensureDatabase } from './src/infrastructure/embedded-postgres/embedded-postgres.ts'
import { openDatabase } from './src/infrastructure/postgres/database/database.ts'
import { migrate } from './src/infrastructure/postgres/migrations/migrate.ts'
import { writeSends, writeMemberSends, writeSend, writeMemberSend } from './src/infrastructure/postgres/writes/write-statements.ts'
const run = promisify(execFile)
const folder = await mkdtemp('/tmp/rm-measure/'); await chmod(folder, 0o755); await chmod('/tmp/rm-measure', 0o755)
const server = await startEmbeddedPostgres({ dataDir: folder + '/data', durability: 'none', log: () => {} } as never)
const CHATS = 10_000, MEMBERS = 10, MESSAGES = 20
const at = { host: server.host, port: server.port, user: server.user, password: server.password }
const conn = (database: string) => ({ ...at, database })
await ensureDatabase(server, 'base')
const db = openDatabase(conn('base')); await migrate(db); await db.close()
const sql = async (database: string, text: string) => { const c = new Client(conn(database)); await c.connect(); const r = await c.query(text); await c.end(); return r }
await sql('base', `insert into chats (id,title,created_at,updated_at,last_message_id,revision,changed_at_revision) select c,'x',now(),now(),${MESSAGES},${MESSAGES},0 from generate_series(1,${CHATS}) c`)
await sql('base', `insert into members (chat_id,user_id,role,joined_at,revision) select c,'user-'||n,'member',now(),0 from generate_series(1,${CHATS}) c, generate_series(1,${MEMBERS}) n`)
await sql('base', `insert into messages (chat_id,id,author,text,created_at,revision) select c,n,'user-'||(1+(n*7+c)%${MEMBERS}),repeat('x',100),now(),n from generate_series(1,${MESSAGES}) n, lateral generate_series(1,${CHATS}+n*0) c`)
await sql('base', 'vacuum full'); await sql('base','vacuum analyze')
await sql('postgres', 'create database row template base'); await sql('postgres', 'create database idx template base')
await sql('idx', 'create index messages_author_index on messages (chat_id, author collate "C", id) where author is not null'); await sql('idx','vacuum analyze')
const caught = async (f: (p: Pool) => Promise<unknown>) => { let t = ''; await f({ query: async (s: { text: string }) => { t = s.text; return { rows: [] } } } as never); return t }
const one = { move: { id: 1, updatedAt: new Date(), revision: 1, settledBefore: 0 }, sent: { author: 'a', text: 'x', createdAt: new Date() } } as never
const plain = await caught((p) => writeSend(p, one)), marking = await caught((p) => writeMemberSend(p, one))
console.log(marking)
const VALUES = [':chat', 'now()', '1000', '0']
// the order of the placeholders: id, updated_at, revision, settled_before, then those of the message
const fill = (t: string) => {
  const values: Record<string, string> = { 1: ':chat', 2: 'now()', 3: '1000', 4: '0', 5: `('user-' || :user)`, 6: 'now()', 7: `repeat('y', 100)` }
  return t.replaceAll(/\$(\d+)/g, (_, n: string) => values[n]!).replaceAll(/\s+/g, ' ')
}
for (const [name, t] of [['plain', plain], ['marking', marking]] as const)
  await writeFile(`${folder}/${name}.sql`, `\\set chat random(1, ${CHATS})\n\\set user random(1, ${MEMBERS})\n${fill(t)};\n`)
const median = (l: number[]) => l.toSorted((a, b) => a - b)[Math.floor(l.length / 2)]!
import { readdirSync, readFileSync } from 'node:fs'
const postmaster = Number(readFileSync(folder + '/data/postmaster.pid', 'utf8').split('\n')[0])
const cpu = () => {
  let ticks = 0
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      const f = readFileSync(`/proc/${name}/stat`, 'utf8').split(') ')[1]!.split(' ')
      if (Number(name) === postmaster) ticks += Number(f[11]) + Number(f[12]) + Number(f[13]) + Number(f[14])
      else if (Number(f[1]) === postmaster) ticks += Number(f[11]) + Number(f[12])
    } catch {}
  }
  return ticks * 10_000 // microseconds
}
const lsn = async (d: string) => BigInt((await sql(d, `select pg_current_wal_insert_lsn() - '0/0' as l`)).rows[0].l)
const SENDS = 20_000
const pgbench = async (d: string, script: string) => {
  const before = await lsn(d), c0 = cpu()
  const { stdout } = await run('pgbench', ['-h', at.host, '-p', String(at.port), '-U', at.user, '-n', '-M', 'prepared', '-c', '4', '-j', '1', '-t', String(SENDS / 4), '-f', `${folder}/${script}.sql`, d], { env: { PATH: process.env.PATH, PGPASSWORD: at.password ?? '', PGOPTIONS: '-c plan_cache_mode=force_generic_plan -c enable_seqscan=off' } })
  const us = (cpu() - c0) / SENDS
  const tps = Number(/tps = ([\d.]+)/.exec(stdout)![1])
  return { tps, us, wal: Number((await lsn(d)) - before) / SENDS }
}
const group = async (d: string, isMarking: boolean, groups: number) => {
  const c = new Client({ ...conn(d), options: '-c plan_cache_mode=force_generic_plan -c enable_seqscan=off' }); await c.connect()
  const revs = new Map<number, number>()
  const before = await lsn(d); const c0 = cpu(); const t0 = performance.now()
  for (let g = 0; g < groups; g++) {
    const ids = new Set<number>(); while (ids.size < 32) ids.add(1 + Math.floor(Math.random() * CHATS))
    const all = [...ids].sort((a, b) => a - b), now = new Date()
    const moves = all.map((id) => ({ id, updatedAt: now, lastMessageId: 21, revision: 21, sends: 1, settledBefore: 0 }))
    const sent = all.map((id) => ({ chatId: id, id: 21, author: 'user-' + (1 + g % 10), createdAt: now, revision: 21, text: 'y'.repeat(100) }))
    const senders = all.map((id) => ({ chatId: id, userId: 'user-' + (1 + g % 10), messageId: 21 }))
    if (isMarking) await writeMemberSends(c as never, { moves, sent, senders } as never)
    else await writeSends(c as never, { moves, sent, senders: [] } as never)
  }
  const ms = performance.now() - t0; const us = (cpu() - c0) / groups / 32; const wal = Number((await lsn(d)) - before) / groups / 32
  await c.end(); void revs
  return { tps: (groups * 32 * 1000) / ms, us, wal }
}
const ways = [['none', 'base', 'plain'], ['row', 'row', 'marking'], ['index', 'idx', 'plain']] as const
const results: Record<string, { tps: number[]; us: number[]; wal: number[]; gtps: number[]; gus: number[]; gwal: number[]; walCold: number[] }> = {}
for (const [w] of ways) results[w] = { tps: [], us: [], wal: [], gtps: [], gus: [], gwal: [], walCold: [] }
const ROUNDS = 9
for (let round = 0; round < ROUNDS; round++) for (const k of [0, 1, 2]) {
  const [w, d, s] = ways[(k + round) % 3]!
  const r = results[w]!
  await sql(d, 'checkpoint')
  r.walCold.push((await pgbench(d, s)).wal)
  const warm = await pgbench(d, s); r.tps.push(warm.tps); r.us.push(warm.us); r.wal.push(warm.wal)
  const g = await group(d, s === 'marking', 600); r.gtps.push(g.tps); r.gus.push(g.us); r.gwal.push(g.wal)
}
for (const [w, r] of Object.entries(results)) console.log(w, Object.fromEntries(Object.entries(r).map(([k, l]) => [k, Math.round(10 * median(l)) / 10])), JSON.stringify(r.us.map(Math.round)), JSON.stringify(r.gus.map((x) => Math.round(10*x)/10)))
// explain of one send, and of the group
for (const [w, d, s] of ways) {
  const c = new Client({ ...conn(d), options: '-c plan_cache_mode=force_generic_plan -c enable_seqscan=off' }); await c.connect()
  const t = s === 'marking' ? marking : plain
  const lines: string[] = []
  for (let i = 0; i < 5; i++) {
    const r = await c.query(`explain (analyze, wal, buffers, costs off, timing off, summary on) ${fill(t).replaceAll(':chat', String(77 + i)).replaceAll(':user', '3')}`)
    if (i === 4) lines.push(...r.rows.map((x) => x['QUERY PLAN']))
  }
  console.log('---', w); console.log(lines.join('\n'))
  console.log((await c.query(`select pg_size_pretty(pg_total_relation_size('messages')) messages, pg_size_pretty(pg_total_relation_size('members')) members, (select n_tup_hot_upd::float / nullif(n_tup_upd,0) from pg_stat_user_tables where relname='members') hot`)).rows)
  if (w === 'index') console.log((await c.query(`select pg_size_pretty(pg_relation_size('messages_author_index'))`)).rows)
  const read = d === 'idx'
    ? `select u.chat_id, coalesce((select m.id from messages m where m.chat_id = u.chat_id and m.author collate "C" = u.user_id and m.id > u.read_message_id order by m.id desc limit 1), u.read_message_id) from members u where u.user_id = 'user-3' and u.removed_at is null limit 1000`
    : `select u.chat_id, u.read_message_id from members u where u.user_id = 'user-3' and u.removed_at is null limit 1000`
  const rr: string[] = []
  for (let i = 0; i < 3; i++) rr.splice(0, rr.length, ...(await c.query(`explain (analyze, buffers, costs off) ${read}`)).rows.map((x) => x['QUERY PLAN']))
  console.log(rr.join('\n'))
  await c.end()
}
await server.stop(); await rm(folder, { recursive: true, force: true })
