import { setTimeout as sleep } from 'node:timers/promises'
import type { ChatBody } from '../../../client.ts'
import { once, outcomeOf, pause, revisionOf, untilAnswered, type World } from './world.ts'

/** Chats that are written to at any time. */
const OPEN = 5

/** Milliseconds that a chat is open before another takes its place. */
const TERM_MS = 10_000

/** A new chat; with a key until it is answered, without one at one attempt. */
export const createChat = async (
  world: World,
  by: string,
  n: number,
  isKeyed: boolean,
): Promise<number | undefined> => {
  const dice = world.dice.of(`${by} ${n}`)
  const [text, began] = [`${by}-${n}`, world.now()]
  const key = isKeyed ? `key-of-${text}` : undefined
  const headers: Record<string, string> = key === undefined ? {} : { 'idempotency-key': key }
  const attempts = await (isKeyed ? untilAnswered : once)(world, dice, 'createChat', (client) =>
    client.post<ChatBody>('/chats/', { title: text }, headers),
  )
  const { answer } = attempts
  const outcome = outcomeOf(attempts)
  const deed = {
    act: 'create',
    by,
    chat: 0,
    text,
    key,
    began,
    ended: world.now(),
    outcome,
    status: answer?.status,
  } as const
  if (outcome !== 'done' || !answer) {
    world.deeds.push(deed)
    return undefined
  }
  const answered = { chat: answer.json.id, text: answer.json.title, revision: revisionOf(answer) }
  world.deeds.push({ ...deed, answered })
  return answered.chat
}

export const removeChat = async (world: World, by: string, chat: number): Promise<void> => {
  const began = world.now()
  const attempts = await untilAnswered(world, world.dice, 'deleteChat', (client) => client.delete(`/chats/${chat}`))
  // Nobody else removes chats: one that is gone after an attempt in doubt was removed by that.
  const outcome = attempts.isInDoubt && attempts.answer?.status === 404 ? 'done' : outcomeOf(attempts)
  world.deeds.push({ act: 'remove', by, chat, began, ended: world.now(), outcome, status: attempts.answer?.status })
}

/** Opens the first chats. */
export const openChats = async (world: World, opened: (chat: number) => void): Promise<void> => {
  for (let n = 1; n <= OPEN; n++) {
    const chat = await createChat(world, 'opener', n, true)
    if (chat === undefined) continue
    world.open.push(chat)
    opened(chat)
  }
}

/** Opens a chat now and then in the place of another, which is left alone or removed while it is written to. */
export const aHost = async (world: World, by: string, opened: (chat: number) => void): Promise<void> => {
  const dice = world.dice.of(by)
  for (let n = 1; !world.isOver(); n++) {
    for (let waited = 0; waited < TERM_MS && !world.isOver(); waited += 100) await sleep(100)
    const chat = await createChat(world, by, n, dice.roll() < 0.7)
    if (chat === undefined) continue
    opened(chat)
    const place = dice.between(0, world.open.length - 1)
    const [left] = world.open.splice(place, 1, chat)
    if (left === undefined || dice.roll() < 0.5) continue
    await pause(dice, 200)
    await removeChat(world, by, left)
  }
}
