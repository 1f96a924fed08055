import type { ChatBody, MessageBody } from '../../../client.ts'
import type { Deed } from '../checker/history.ts'
import { wordOf } from '../checker/history.ts'
import { type Attempts, type Ask, once, outcomeOf, pause, revisionOf, untilAnswered, type World } from './world.ts'

/** Milliseconds that a writer thinks at the most. */
const THOUGHT_MS = 150

const answeredBy = ({ answer }: Attempts<MessageBody>): Deed['answered'] =>
  answer?.json && {
    chat: answer.json.chat_id,
    message: answer.json.id,
    text: answer.json.text,
    revision: revisionOf(answer),
  }

const to = (chat: number, message?: number) => `/chats/${chat}/messages/${message ?? ''}`

/** Sends, half of it with keys; some of that twice at once, some of it again later, through whichever server. */
export const aWriter = async (world: World, by: string): Promise<void> => {
  const dice = world.dice.of(by)
  const send = async (chat: number, text: string, key: string | undefined, isRepeated = false) => {
    const began = world.now()
    const headers: Record<string, string> = key === undefined ? {} : { 'idempotency-key': key }
    const request: Ask<MessageBody> = (client) => client.post<MessageBody>(to(chat), { text }, headers)
    const attempts = await (key === undefined ? once : untilAnswered)(world, dice, 'sendMessage', request)
    const outcome = outcomeOf(attempts)
    const { status, headers: answered } = attempts.answer ?? {}
    if (outcome === 'done' && isRepeated && !answered?.has('idempotency-replayed'))
      world.incidents.push(`${by} sent ${text} again with its key, and it was done again`)
    const deed: Deed = { act: 'send', by, chat, text, key, began, ended: world.now(), outcome, status, isRepeated }
    world.deeds.push(outcome === 'done' ? { ...deed, answered: answeredBy(attempts) ?? {} } : deed)
    return outcome
  }
  for (let n = 1; !world.isOver(); n++) {
    const [chat, text] = [dice.pick(world.open), `${by}-${n}`]
    const key = dice.roll() < 0.5 ? `key-of-${text}` : undefined
    const isTwin = key !== undefined && dice.roll() < 0.1
    const [outcome] = await Promise.all([send(chat, text, key), ...(isTwin ? [send(chat, text, key)] : [])])
    await pause(dice, THOUGHT_MS)
    if (key !== undefined && outcome === 'done' && dice.roll() < 0.1) await send(chat, text, key, true)
  }
}

/** Edits and deletes what is there, with If-Match. */
export const anEditor = async (world: World, by: string): Promise<void> => {
  const dice = world.dice.of(by)
  const found = async () => {
    // Editors get in each other's way as often as not.
    const [chat, limit] = [dice.pick(world.open), dice.pick([2, 30])]
    const page = await world.ask('listMessages', (client) => client.get<MessageBody[]>(`${to(chat)}?limit=${limit}`))
    if (page?.status !== 200 || page.json.length === 0) return undefined
    const { id } = dice.pick(page.json)
    const message = await world.ask('getMessage', (client) => client.get<MessageBody>(to(chat, id)))
    return message?.status === 200 ? { chat, id, text: message.json.text, ifMatch: revisionOf(message) } : undefined
  }
  for (let n = 1; !world.isOver(); n++) {
    await pause(dice, THOUGHT_MS)
    const target = await found()
    if (!target) continue
    const { chat, id: message, ifMatch } = target
    const headers = { 'if-match': `"${ifMatch}"` }
    const [text, began] = [`${wordOf(target.text)}~${by}-${n}`, world.now()]
    const isDeletion = dice.roll() < 0.25
    const attempts = isDeletion
      ? await untilAnswered<never>(world, dice, 'deleteMessage', (client) =>
          client.request<never>('DELETE', to(chat, message), { headers }),
        )
      : await untilAnswered<MessageBody>(world, dice, 'editMessage', (client) =>
          client.patch<MessageBody>(to(chat, message), { text }, headers),
        )
    const outcome = outcomeOf(attempts)
    const deed = { by, chat, message, ifMatch, began, ended: world.now(), outcome, status: attempts.answer?.status }
    if (isDeletion) world.deeds.push({ act: 'delete', ...deed })
    else
      world.deeds.push({
        act: 'edit',
        text,
        ...deed,
        ...(outcome === 'done' && { answered: answeredBy(attempts) ?? {} }),
      })
  }
}

/** Renames chats, without a condition and therefore without a second attempt. */
export const aRenamer = async (world: World, by: string): Promise<void> => {
  const dice = world.dice.of(by)
  for (let n = 1; !world.isOver(); n++) {
    await pause(dice, 1000)
    const chat = dice.pick(world.open)
    const found = await world.ask('getChat', (client) => client.get<ChatBody>(`/chats/${chat}?limit=1`))
    if (found?.status !== 200) continue
    const [text, began] = [`${wordOf(found.json.title)}~${by}-${n}`, world.now()]
    const attempts = await once(world, dice, 'updateChat', (client) =>
      client.patch<ChatBody>(`/chats/${chat}`, { title: text }),
    )
    const { answer } = attempts
    const deed = { by, chat, text, began, ended: world.now(), outcome: outcomeOf(attempts), status: answer?.status }
    const answered = deed.outcome === 'done' && answer
    world.deeds.push({
      act: 'rename',
      ...deed,
      ...(answered && {
        answered: { chat: answered.json.id, text: answered.json.title, revision: revisionOf(answered) },
      }),
    })
  }
}
