import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import type { ChatId } from '../../src/domain/identity.ts'
import { until } from '../until.ts'
import { onCluster } from './cluster.ts'

/** How a worker is started again: a command to which the folder of its data is given. */
export const { CITUS_START_WORKER } = process.env

interface Worker {
  readonly group: number
  /** The folder of its data, on this machine. */
  readonly folder: string
}

export const workers = async (): Promise<readonly Worker[]> => {
  const rows = await onCluster(`
    select n.groupid as "group", r.result as "folder"
    from run_command_on_workers('show data_directory') r
    join pg_dist_node n on n.nodename = r.nodename and n.nodeport = r.nodeport
    order by n.nodeport`)
  return rows as unknown as readonly Worker[]
}

/** Which of the chats are on the worker. */
export const chatsOn = async ({ group }: Worker): Promise<readonly ChatId[]> => {
  const rows = await onCluster(`
    select c.id::int as id from chats c
    join pg_dist_placement p on p.shardid = get_shard_id_for_distribution_column('chats', c.id)
    where p.groupid = ${group}`)
  return rows.map(({ id }) => id as ChatId)
}

const childrenOf = (parent: number): readonly number[] =>
  readdirSync('/proc').flatMap((name) => {
    try {
      const isOf = Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${Number(name)}/stat`, 'utf8'))?.[1]) === parent
      return isOf ? [Number(name)] : []
    } catch {
      return []
    }
  })

/** Ends every process of it at once, as if its machine had lost its power but for what the system still writes. */
export const killWorker = ({ folder }: Worker): void => {
  const postmaster = Number(readFileSync(`${folder}/postmaster.pid`, 'utf8').split('\n')[0])
  for (const pid of [postmaster, ...childrenOf(postmaster)]) process.kill(pid, 'SIGKILL')
}

export const startWorker = async ({ folder }: Worker): Promise<void> => {
  const [command = '', ...given] = (CITUS_START_WORKER ?? '').split(' ')
  await promisify(execFile)(command, [...given, folder])
  await until(async () =>
    (await onCluster('select success from run_command_on_workers($$select 1$$)')).every(({ success }) => success),
  )
}
