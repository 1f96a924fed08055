import * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import type * as t from 'io-ts'
import { createChat } from '../application/chats/create-chat.ts'
import { putMember } from '../application/members/put-member.ts'
import { sendMessage } from '../application/messages/send-message.ts'
import type { Clock } from '../application/ports/clock.ts'
import { moveReadMarker } from '../application/reading/move-read-marker.ts'
import type { Storage } from '../composition/storage.ts'
import { ANYBODY, type Caller, UserId } from '../domain/caller.ts'
import { CreateChatRequest } from '../interfaces/http/chats/chats.ts'
import { SendMessageRequest } from '../interfaces/http/chats/messages.ts'
import { chatView, memberView, messageView } from '../interfaces/http/chats/views.ts'
import type { Failure } from '../interfaces/http/endpoint/failure.ts'
import { toProblem } from '../interfaces/http/endpoint/problem.ts'
import { refusalOf } from '../interfaces/http/endpoint/refusal.ts'
import { PutMemberRequest } from '../interfaces/http/members/members.ts'
import { MoveReadMarkerRequest } from '../interfaces/http/reading/reading.ts'
import type { Seed, Seeded, SeedMember, SeedMessage } from './seed.ts'

/** Of chats, members and messages each. */
const MOST = 10_000

/** A rule is broken, or something is not there: said with the words of the problem that the service would answer with. */
const refused = (element: string, failure: Failure) =>
  new Error(`${element}: ${toProblem(failure, 'seed', '').body.detail}`)

const done = async <A>(element: string, task: TE.TaskEither<Failure, A>): Promise<A> => {
  const result = await task()
  if (E.isLeft(result)) throw refused(element, result.left)
  return result.right
}

/** What was asked for, read as the request of an operation. */
const read = <A>(element: string, request: t.Decoder<unknown, A>, sent: object): A => {
  const decoded = request.decode({ headers: {}, ...sent })
  if (E.isLeft(decoded)) throw refused(element, refusalOf(decoded.left))
  return decoded.right
}

const callerOf = (element: string, author: string | undefined): Caller => {
  if (author === undefined) return ANYBODY
  const id = UserId.parse(author)
  if (E.isLeft(id)) throw new Error(`${element}: author must be ${UserId.RULE}`)
  return { kind: 'user', id: id.right }
}

const LISTS = ['chats', 'members', 'messages'] as const

/** A list under another name would be left out, and its test pass or fail for nothing. The compiler lets it by beside others. */
const checkLists = (seed: Seed) => {
  const unknown = Object.keys(seed).find((name) => !LISTS.some((list) => list === name))
  if (unknown !== undefined) throw new Error(`${unknown} is none of ${LISTS.join(', ')}`)
  for (const list of LISTS) {
    const { length } = seed[list] ?? []
    if (length > MOST) throw new RangeError(`${list} must be at most ${MOST}, and ${length} are too many`)
  }
}

type Where = Pick<SeedMember, 'chat' | 'chat_id'>

/** Does one after another, each by its name: `messages[3]`. */
const inTurn = async <A, B>(list: string, all: readonly A[], act: (one: A, element: string) => Promise<B>) => {
  const results: B[] = []
  for (const [index, one] of all.entries()) results.push(await act(one, `${list}[${index}]`))
  return results
}

/** Where seeds go: those who follow hear of them as of other changes. */
export type Ground = Pick<Storage, 'chats' | 'markers' | 'signals'>

/** By the use cases of the service, past HTTP. */
export const plant = async ({ chats, markers, signals }: Ground, clock: Clock, seed: Seed): Promise<Seeded<Seed>> => {
  checkLists(seed)
  const open = createChat(chats, clock)
  const put = putMember(chats, clock)
  const send = sendMessage(chats, clock)
  const move = moveReadMarker(markers, signals)

  const opened = await inTurn('chats', seed.chats ?? [], async (asked, element) => {
    const { body } = read(element, CreateChatRequest, { body: asked })
    const members = body.members?.map(({ user_id: userId, role }) => ({ userId, role }))
    return (await done(element, open(ANYBODY, { ...body, members }))).done.id
  })

  const chatOf = ({ chat = 0, chat_id: id = opened[chat] }: Where, element: string): string => {
    if (id !== undefined) return String(id)
    throw new Error(`${element}: chat must be one of the ${opened.length} of the seed, which begin at 0`)
  }

  const join = async ({ user_id, role = 'member', ...where }: SeedMember, element: string) => {
    const chat_id = chatOf(where, element)
    const { path, body } = read(element, PutMemberRequest, { path: { chat_id, user_id }, body: { role } })
    const address = { chatId: path.chat_id, userId: path.user_id }
    const { isNew } = await done(element, put(ANYBODY, { ...address, role: body.role }))
    if (!isNew) throw new Error(`${element}: ${user_id} must be named once, and is a member of chat ${chat_id} already`)
  }

  const post = async ({ author, ...asked }: SeedMessage, element: string) => {
    const chat_id = chatOf(asked, element)
    const { path, body } = read(element, SendMessageRequest, { path: { chat_id }, body: asked })
    const message = { text: body.text, replyTo: body.reply_to, metadata: body.metadata }
    const sent = await send(callerOf(element, author), { chatId: path.chat_id, message })()
    if (E.isRight(sent)) return messageView(sent.right.done)
    if (sent.left.kind === 'ChatNotFound' && author !== undefined)
      throw new Error(`${element}: chat ${chat_id} is not there, or not for ${author}, who is no member of it`)
    throw refused(element, sent.left)
  }

  /** The member, which has read as far as is said. */
  const readOn = async ({ user_id, read_message_id: message_id, ...where }: SeedMember, element: string) => {
    const chat_id = chatOf(where, element)
    const asked = { path: { chat_id, user_id }, body: { message_id: message_id ?? 0 } }
    const { path, body } = read(element, MoveReadMarkerRequest, asked)
    const address = { chatId: path.chat_id, userId: path.user_id }
    if (message_id !== undefined)
      await done(element, move(ANYBODY, { ...address, messageId: body.message_id, forward: false }))
    return memberView(await done(element, chats.findMember(ANYBODY, address.chatId, address.userId)))
  }

  await inTurn('members', seed.members ?? [], join)
  const messages = await inTurn('messages', seed.messages ?? [], post)
  const members = await inTurn('members', seed.members ?? [], readOn)
  const views = await inTurn('chats', opened, async (id, element) =>
    chatView((await done(element, chats.messages(ANYBODY, id, { limit: 1 }))).chat),
  )
  return { chats: views, members, messages }
}
