import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { inboxFold } from '../../inbox-fold.ts'
import { type Event, follow, type Stream } from '../../stream.ts'
import type { Dice } from '../chaos/dice.ts'
import { as } from './writers.ts'

/** Events that are remembered of each follower, to be told of when it went wrong. */
const REMEMBERED = 400

/** A chat's clock never goes back, and each of its changes moves it on or leaves it. */
const clockOf = ({ data }: Event) => Date.parse(String((data['chat'] as Record<string, unknown>)['updated_at']))

/** Follows an inbox over connections that are cut, each of which goes on where the one before it ended, at either server. */
export const anInboxFollower = (urls: readonly string[], user: string, dice: Dice) => {
  const fold = inboxFold()
  const remembered: string[] = []
  let stream: Stream | undefined
  let place = ''
  let [seen, cuts, connections] = [0, 0, 0]
  let isOver = false
  let away = Promise.withResolvers<void>()
  away.resolve()
  const isDone = () => isOver

  const takeAll = () => {
    for (; stream && seen < stream.events.length; seen++) {
      const event = stream.events[seen]!
      fold.take({ ...event, revision: event.event === 'entry' ? clockOf(event) : undefined })
      remembered.push(`${connections} ${event.id} ${event.event} ${JSON.stringify(event.data)}`)
    }
    remembered.splice(0, remembered.length - REMEMBERED)
  }

  const running = (async () => {
    while (!isDone()) {
      const headers = { ...as(user), ...(place && { 'last-event-id': place }) }
      stream = await follow(dice.pick(urls), `/users/${user}/inbox/events?after=0`, headers)
      seen = 0
      connections += 1
      expect(stream.status).to.equal(200)
      if (isDone()) stream.cut()
      await stream.ended
      takeAll()
      place = stream.lastEventId() || place
      await sleep(dice.roll() * 20)
      await away.promise
    }
  })()
  // Whoever stops it hears of its failure.
  running.catch(() => undefined)

  const cut = () => {
    cuts += 1
    stream?.cut()
  }

  return {
    user,
    fold,
    takeAll,
    /** What it was told of the chat lately, and of which chats there are. */
    lately: (chat: number) =>
      remembered
        .filter((line) => line.includes(`"id":${chat},"title"`) || / (chats|entry_removed) /.test(line))
        .slice(-12),
    cut,
    /** Is cut off, and goes on once it comes back. */
    leave: () => {
      away = Promise.withResolvers()
      cut()
    },
    comeBack: () => away.resolve(),
    pause: () => stream?.pause(),
    resume: () => stream?.resume(),
    stop: async () => {
      isOver = true
      away.resolve()
      stream?.cut()
      await running
      // Whoever comes back more often than it was cut off is ended for a reason that nobody knows.
      expect(connections, `connections of ${user}, which was cut off ${cuts} times`).to.be.at.most(cuts + 1)
    },
  }
}

export type InboxFollower = ReturnType<typeof anInboxFollower>
