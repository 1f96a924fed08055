import { createClient, isProblem, isTombstone } from '../../../../src/client/index.ts'
import { aFollower, revisionAt, type RunningFollower } from './follower.ts'
import type { World } from './world.ts'

/** Follows through our own client, whose every connection goes to either server. */
export const aClientFollower = (world: World, name: string, chats: readonly number[]): RunningFollower =>
  aFollower(name, chats, async (tell, _, signal) => {
    const dice = world.dice.of(name)
    const client = createClient({
      baseUrl: 'http://either',
      attempts: 10_000,
      fetch: (input, init) => fetch((input as string).replace('http://either', dice.pick(world.urls)), init),
    })
    const [first = 0] = chats
    const events =
      chats.length === 1 ? client.follow(first, { after: 0, signal }) : client.followAll(chats, { after: '0', signal })
    try {
      for await (const event of events) {
        if (event.type === 'message') {
          const { id, chat_id } = event.message
          const text = isTombstone(event.message) ? undefined : event.message.text
          tell({ kind: 'message', chat: chat_id, message: id, text, revision: revisionAt(event.position, chat_id) })
        } else if (event.type === 'chat') {
          const { id, title } = event.chat
          tell({ kind: 'chat', chat: id, text: title, revision: revisionAt(event.position, id) })
        } else if (event.type !== 'member')
          tell({ kind: event.type === 'chat_deleted' ? 'removed' : 'restored', chat: event.chat_id })
      }
    } catch (error) {
      // It was removed before the first connection.
      if (isProblem(error, 'not-found')) for (const chat of chats) tell({ kind: 'removed', chat })
      else world.incidents.push(`${name} gave up: ${String(error)}`)
    }
  })
