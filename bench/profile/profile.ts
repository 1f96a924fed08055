import type { Server } from '../child.ts'
import { CONNECTIONS, type Exchange, getMessage, over, readAnywhere, send } from '../contenders.ts'
import { createMessenger } from '../database.ts'
import { takenBy } from '../processor-time.ts'
import type { Section } from '../section.ts'
import type { Stage } from '../stage.ts'
import { markdownTable } from '../table.ts'
import { startFloor, startOurs } from '../targets.ts'
import { sharesOf } from './kinds.ts'
import { isPerfThere, sampled } from './samples.ts'

/** Names its code for perf, and is otherwise as it is shipped. */
const NAMED = ['--perf-basic-prof', '--interpreted-frames-native-stack']

interface Spent {
  /** Microseconds of processor time that a request takes of the server. */
  readonly each: number
  readonly perSecond: number
  readonly shares: ReadonlyMap<string, number>
}

const spentBy = async (stage: Stage, server: Server, exchange: Exchange, connections: number): Promise<Spent> => {
  const { load, pace, sizes, folder } = stage
  const contender = over(load, 'profiled', server, exchange, { ...sizes, connections })
  await contender.measure(pace.warmSeconds / 3)
  // Not while perf looks: looking takes time as well.
  const before = takenBy(server.pid)
  const { count, perSecond } = await contender.measure(pace.seconds)
  const each = (takenBy(server.pid) - before) / count
  const samples = await sampled(server.pid, folder, () => contender.measure(pace.seconds))
  return { each, perSecond, shares: sharesOf(samples) }
}

const tableFor = (what: string, ours: Spent, floor: Spent): string => {
  const micro = ({ each, shares }: Spent, kind: string) => ((shares.get(kind) ?? 0) * each).toFixed(1)
  const kinds = [...new Set([...ours.shares.keys(), ...floor.shares.keys()])]
  return [
    `### ${what}`,
    markdownTable(
      ['What the server works at', 'Ours, µs', 'Floor, µs'],
      [
        ...kinds.map((kind) => [kind, micro(ours, kind), micro(floor, kind)]),
        ['in all', ours.each.toFixed(1), floor.each.toFixed(1)],
        ['a second', ours.perSecond.toFixed(0), floor.perSecond.toFixed(0)],
      ],
    ),
  ].join('\n\n')
}

/**
 * Where the processor time of a request goes, ours beside the floor's: of an Express handler without a database, which says how far
 * a goal that is set by it can be met at all. Needs perf(1).
 */
export const profile: Section = async (stage) => {
  if (!(await isPerfThere())) return { rows: [], notes: '## Where the time goes\n\nNot measured: needs perf.' }
  const database = await createMessenger(stage.postgres, 'profile', stage.sizes)
  return stage.temporarily(startOurs(database, undefined, { options: NAMED }), (ours) =>
    stage.temporarily(startFloor(NAMED), async (floor) => {
      const asked: readonly (readonly [string, Exchange, number])[] = [
        ['Send, 64 connections', send, CONNECTIONS],
        ['Send, one lone client', send, 1],
        ['A message', getMessage, CONNECTIONS],
        ['20 messages anywhere, pages never seen', readAnywhere, CONNECTIONS],
      ]
      const tables: string[] = []
      for (const [what, exchange, connections] of asked) {
        const mine = await spentBy(stage, ours, exchange, connections)
        tables.push(tableFor(what, mine, await spentBy(stage, floor, exchange, connections)))
      }
      return { rows: [], notes: ['## Where the time goes', NOTES, ...tables].join('\n\n') }
    }),
  )
}

const NOTES = `Processor time of the server alone, from /proc, parted by what perf(1) found it at: what a frame of ours or of a package
calls is counted as its own, but for the collector, the compiler and the system.`
