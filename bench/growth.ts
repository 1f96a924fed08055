import { type Exchange, over, readAnywhere, readLast, send } from './contenders.ts'
import { createMessenger } from './database.ts'
import { takeTurns } from './measurement.ts'
import type { Section } from './section.ts'
import { startOurs } from './targets.ts'
import { compare, thousands } from './table.ts'

/** The same number of chats in both, each with a full page to read from the start. */
const CHATS = 500
const PAGE = 20

/** Two of our servers, alike but for how many messages they hold. */
export const growth: Section = async ({ load, pace, postgres, sizes, temporarily }) => {
  const few = { chats: CHATS, messages: PAGE }
  const many = { chats: CHATS, messages: Math.ceil(sizes.growth / CHATS) }
  const names = [few, many].map(({ chats, messages }) => `${thousands(chats * messages)} stored`)
  const [small = '', large = ''] = names
  const smallDatabase = await createMessenger(postgres, 'small', few)
  const largeDatabase = await createMessenger(postgres, 'large', many)

  return temporarily(startOurs(smallDatabase), (smaller) =>
    temporarily(startOurs(largeDatabase), async (larger) => {
      const measured = async (figure: string, exchange: Exchange) => {
        const servers = [over(load, small, smaller, exchange, few), over(load, large, larger, exchange, few)]
        const turns = await takeTurns(servers, pace)
        return compare(turns, { figure, quantity: 'perSecond', of: large, to: small, goal: { atLeast: 0.8 } })
      }
      return {
        rows: [
          ...(await measured(`send, ${large}`, send)),
          ...(await measured(`read the last 20, ${large}`, readLast)),
          ...(await measured(`read 20 anywhere, ${large}`, readAnywhere)),
        ],
      }
    }),
  )
}
