import { existsSync } from 'node:fs'
import type { Server } from './child.ts'
import { CONNECTIONS, type Crowd, over, send } from './contenders.ts'
import { costing, costRow, lastOf } from './costing.ts'
import { createMessenger } from './database.ts'
import { ratiosOf, takeTurns } from './measurement.ts'
import type { Section } from './section.ts'
import { compare, type Goal, type Row, thousands } from './table.ts'
import { startOurs } from './targets.ts'

const PAIR = { of: 'two', to: 'one' }

/**
 * Two servers on one database against one of them alone, under the same load: 64 connections, half to each, chats at random
 * over both. A request that is answered with anything but 201 fails the section.
 */
export const servers: Section = async (stage) => {
  if (!existsSync('/proc/self/stat')) return { rows: [], notes: '## Several servers\n\nNot measured: needs Linux.' }
  const { pace, sizes } = stage
  const database = await createMessenger(stage.postgres, 'servers', { chats: sizes.chats, messages: 0 })
  return stage.temporarily(startOurs(database), (one) =>
    stage.temporarily(startOurs(database), async (other) => {
      const rows: Row[] = []
      const crowds: readonly (readonly [string, Crowd, Goal | undefined])[] = [
        [`${thousands(sizes.chats)} chats`, { chats: sizes.chats }, undefined],
        ['one hot chat', { chats: 1 }, { atLeast: 0.95 }],
      ]
      for (const [what, crowd, goal] of crowds) {
        const sending = (
          name: string,
          [first, ...others]: readonly [Server, ...Server[]],
          more: Partial<Crowd> = {},
        ) => {
          const all = { ...crowd, ...more, alsoTo: others.map(({ url }) => url) }
          return costing(stage, over(stage.load, name, first, send, all), [first, ...others], database)
        }
        const both = sending('two', [one, other])
        const apart = sending('apart', [one, other], { chats: Math.max(2, crowd.chats), apart: true })
        const alone = sending('one', [one])
        const turns = await takeTurns([both, apart, alone], { ...pace, warmSeconds: Math.ceil(pace.warmSeconds / 3) })
        const rounds = ratiosOf(turns, 'perSecond', 'two', 'one').length
        const [two, each, lone] = [lastOf(both, rounds), lastOf(apart, rounds), lastOf(alone, rounds)]
        const figure = `send to two servers, ${what}`
        rows.push(...compare(turns, { figure, quantity: 'perSecond', ...PAIR, ...(goal && { goal }) }))
        rows.push(...compare(turns, { figure: `${figure}, p99`, quantity: 'p99', ...PAIR }))
        rows.push(costRow(`${figure}: µs of Node`, 'node', [two, lone], { atMost: 1.15 }))
        rows.push(costRow(`${figure}: µs of PostgreSQL`, 'postgres', [two, lone], { atMost: 1.15 }))
        rows.push(costRow(`${figure}: commits`, 'commits', [two, lone], { atMost: 1.5 }))
        const own = `${figure}, each its own`
        rows.push(...compare(turns, { figure: own, quantity: 'perSecond', of: 'apart', to: 'one' }))
        rows.push(costRow(`${own}: µs of Node`, 'node', [each, lone]))
        rows.push(costRow(`${own}: µs of PostgreSQL`, 'postgres', [each, lone]))
        rows.push(costRow(`${own}: commits`, 'commits', [each, lone]))
      }
      return { rows, notes: NOTES }
    }),
  )
}

const NOTES = `## Several servers

Half of the ${CONNECTIONS} connections to each of two servers of one database, and chats at random over both, in turns with all of
them to one. Where each has chats of its own, no two servers ever write to one: what is dearer there is what two processes
take for the same work in smaller helpings. Processor time and commits are those of a send, from /proc and
pg_stat_database.`
