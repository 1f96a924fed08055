import { setTimeout as sleep } from 'node:timers/promises'
import { type Answer, type Client, clientOf } from '../../../client.ts'
import { UNANSWERED } from '../checker/answers.ts'
import type { Counted, Deed, Page } from '../checker/history.ts'
import type { Dice } from '../dice.ts'

/** Milliseconds after which a client gives an attempt up. */
const PATIENCE_MS = 8000

/** The longest pause between two attempts, in milliseconds. */
const PAUSE_MS = 400

/** What clients share: where the servers are, which chats there are, and what they write down. */
export interface World {
  readonly dice: Dice
  readonly urls: readonly string[]
  /** Chats that are written to. */
  readonly open: number[]
  readonly isOver: () => boolean
  readonly end: () => void
  /** From now on a fault is on, or none is. */
  readonly calm: (isCalm: boolean) => void
  readonly now: () => number
  readonly deeds: Deed[]
  readonly pages: Page[]
  readonly incidents: string[]
  readonly answers: () => readonly Counted[]
  readonly count: (operation: string, status: number, since: number | undefined) => void
  /** The calm that there is now; undefined while a fault is on. */
  readonly calmNow: () => number | undefined
  /** A request of an operation to either server; undefined when it is not answered. */
  readonly ask: <Body>(operation: string, request: Ask<Body>, url?: string) => Promise<Answer<Body> | undefined>
}

export type Ask<Body> = (client: Client) => Promise<Answer<Body>>

/** What `fetch` throws when a connection breaks, or patience is at its end. Anything else is an answer that is not right. */
const isBroken = (error: unknown) =>
  (error instanceof TypeError && /^(fetch failed|terminated)$/.test(error.message)) ||
  (error instanceof DOMException && /^(TimeoutError|AbortError)$/.test(error.name))

export const aWorld = (dice: Dice, urls: readonly string[], incidents: string[]): World => {
  const counts = new Map<string, number>()
  const clients = new Map(urls.map((url) => [url, clientOf(url, PATIENCE_MS, true)]))
  let [moment, over, calms, calm] = [0, false, 0, undefined as number | undefined]

  const count = (operation: string, status: number, since: number | undefined) => {
    const isCalm = since !== undefined && since === calm
    const name = `${operation} ${status} ${isCalm ? 'calm' : 'fault'}`
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  return {
    dice,
    urls,
    open: [],
    isOver: () => over,
    end: () => void (over = true),
    calm: (isCalm) => void (calm = isCalm ? ++calms : undefined),
    now: () => ++moment,
    deeds: [],
    pages: [],
    incidents,
    count,
    calmNow: () => calm,
    answers: () =>
      Array.from(counts, ([name, count]) => {
        const [operation = '', status, when] = name.split(' ')
        return { operation, status: Number(status), isCalm: when === 'calm', count }
      }),
    ask: async <Body>(operation: string, request: Ask<Body>, url = dice.pick(urls)) => {
      const since = calm
      try {
        const answer = await request(clients.get(url) ?? clientOf(url, PATIENCE_MS, true))
        count(operation, answer.status, since)
        return answer
      } catch (error) {
        count(operation, UNANSWERED, since)
        if (!isBroken(error)) incidents.push(`${operation}: ${String(error)}`)
        else if (since !== undefined && since === calm)
          incidents.push(`${operation} in a calm: ${String(error)}, ${String((error as Error).cause)}`)
        return undefined
      }
    },
  }
}

/** A pause between attempts, or of one who thinks. */
export const pause = (dice: Dice, longest = PAUSE_MS): Promise<void> => sleep(dice.roll() * longest)

/** The revision that a tag names. */
export const revisionOf = ({ headers }: Answer<unknown>): number | undefined => {
  const tag = /^"(\d+)"$/.exec(headers.get('etag') ?? '')?.[1]
  return tag === undefined ? undefined : Number(tag)
}

/** The last of the attempts at a request, and whether any of them may have done what it asked without saying so. */
export interface Attempts<Body> {
  readonly answer: Answer<Body> | undefined
  readonly isInDoubt: boolean
}

/** Asks until it is answered with something else than 503. Only for what may be done twice, or is done once by its key. */
export const untilAnswered = async <Body>(
  world: World,
  dice: Dice,
  operation: string,
  request: Ask<Body>,
): Promise<Attempts<Body>> => {
  for (let isInDoubt = false; ; isInDoubt = true) {
    const answer = await world.ask(operation, request, dice.pick(world.urls))
    if (answer && answer.status !== 503) return { answer, isInDoubt }
    await pause(dice)
  }
}

export const once = async <Body>(
  world: World,
  dice: Dice,
  operation: string,
  request: Ask<Body>,
): Promise<Attempts<Body>> => {
  const answer = await world.ask(operation, request, dice.pick(world.urls))
  return { answer, isInDoubt: !answer || answer.status === 503 }
}

/** What became of it: a refusal after an attempt in doubt may be the refusal of what that attempt did. */
export const outcomeOf = ({ answer, isInDoubt }: Attempts<unknown>): Deed['outcome'] => {
  if (answer && answer.status < 300) return 'done'
  return isInDoubt ? 'unknown' : 'refused'
}
