import { createHash } from 'node:crypto'
import { type About, type Parameters, placed, prepared, type Session, type Texts, type Values } from './statement.ts'

/** The tables in which what belongs to a chat stands beside it. */
export const TABLES = ['chats', 'messages', 'members', 'reactions'] as const

/** As a statement names them. */
export type Tables = Readonly<Record<(typeof TABLES)[number], string>>

const named = (nameOf: (table: string, place: number) => string) =>
  Object.fromEntries(TABLES.map((table, index) => [table, nameOf(table, index + 1)])) as Tables
const PLAIN = named((table) => table)

/** One of the shards over which chats are spread: its number, and what the tables are called there. */
export interface Shard {
  readonly id: number
  readonly tables: Tables
}

/** What a statement is where tables are spread over machines: a function that each of them has. */
export interface ShardFunction {
  /** By what it does: servers of two versions have each its own. */
  readonly name: string
  readonly signature: string
  readonly declaration: string
  readonly body: (shards: readonly Shard[]) => string
}

/** What each function is given after the statement's own values; the last, where it reads alone. */
const routing = (isReading: boolean) => ({ _chat: 'bigint', _shard: 'bigint', ...(isReading && { _held: 'boolean' }) })

const shardFunction = (
  label: string,
  types: readonly string[],
  returns: readonly string[],
  isReading: boolean,
  text: (tables: Tables) => string,
): ShardFunction => {
  const own = types.map((type, index) => `_${index + 1} ${type}`)
  const others = Object.entries(routing(isReading)).map((parameter) => parameter.join(' '))
  const [chat, shard, held] = [1, 2, 3].map((place) => `$${types.length + place}`)
  const declared = (name: string) => `
  create or replace function ${name}(${[...own, ...others].join(', ')})
  returns table (${returns.map((type, index) => `found_${index + 1} ${type}`).join(', ')}) language plpgsql
  set plan_cache_mode = force_generic_plan set enable_seqscan = off`
  const nameNow = (table: string) => `shard_name('${table}', get_shard_id_for_distribution_column('${table}', ${chat}))`
  const hold = `lock_shard_metadata(5, array[${shard}])`
  const isHere = `from pg_dist_placement join pg_dist_local_group using (groupid) where shardid = ${shard}`
  const body = (shards: readonly Shard[]) => `
#variable_conflict use_column
begin
  perform ${isReading ? `case when ${held} then ${hold} end` : hold} ${isHere};
  if not found or not exists (select ${isHere}) then
    raise exception using errcode = 'serialization_failure', message = 'the shard has just moved away, or was split';
  end if;
  case ${shard}
    ${shards.map(({ id, tables }) => `when ${id} then return query ${text(tables)};`).join('\n    ')}
    else return query execute format($text$${text(named((_, place) => `%${place}$s`))}$text$,
      ${TABLES.map(nameNow).join(', ')}) using ${types.map((_, index) => `$${index + 1}`).join(', ')};
  end case;
end`
  const hash = createHash('sha256')
    .update(`${declared('')}${body([])}`)
    .digest('hex')
    .slice(0, 12)
  const name = `messenger_${label.replaceAll('-', '_')}_${hash}`
  return {
    name,
    signature: `${name}(${[...types, ...Object.values(routing(isReading))].join(', ')})`,
    declaration: declared(name),
    body,
  }
}

/**
 * A statement about chats of one part, and what stands beside them. Where tables are spread it is done on the machine of
 * these chats, in one command, by a function that names the tables of their shard: by PostgreSQL's own hands and with a plan that
 * is made once, where Citus would plan each statement twice and take an insert apart from an update. By one of the chats Citus
 * knows where that is, if it is asked elsewhere. In a transaction as well as by itself.
 *
 * The shard stays where it is meanwhile: the function takes the lock that each change through Citus holds to its end
 * (`AcquireMetadataLocks`) and for which whoever moves or splits a shard waits (`BlockWritesToShardList`), and looks only then
 * whether the shard is there. If it is not, or is no more, that is a conflict. It looks before as well: of a shard that is no more
 * there is no lock to be had, and Citus says so as if it were broken.
 *
 * What only reads does the same where its machine is asked itself, which may be the last to learn that a shard has gone. Through
 * the coordinator, which is the first, it holds nothing: so it goes on while a shard is on its way, which may be long.
 */
export const shardStatement = <P extends Parameters, Row>(
  name: string,
  parameters: P,
  about: About<Values<P>>,
  text: (texts: Texts<P>, tables: Tables) => string,
  /** The SQL types of what it selects. */
  returns: readonly string[],
  read: (columns: readonly unknown[]) => Row,
): ((session: Session, values: Values<P>) => Promise<Row[]>) & { readonly onMachines: ShardFunction } => {
  const { texts, types } = placed(parameters)
  const onMachines = shardFunction(name, types, returns, about.isReading, (tables) => text(texts, tables))
  const given = [...types, ...Object.values(routing(about.isReading))].map((type, index) => `$${index + 1}::${type}`)
  const spread = `select * from ${onMachines.name}(${given.join(', ')})`
  const ask = prepared(name, parameters, { text: text(texts, PLAIN), spread }, read, undefined, about)
  return Object.assign(ask, { onMachines })
}
