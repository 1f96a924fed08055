import type { TestClock } from '../../src/testing/clock.ts'
import type { Answer, Client } from '../client.ts'
import { later } from '../fixtures.ts'
import type { Who } from '../contract/member-model.ts'
import type { SeenEntry } from './foreseen.ts'
import { DONE } from './model.ts'
import type { ReadingChat } from './reading-chat.ts'
import { seenEntry, seenMessage } from './seen.ts'
import { MANY, metadataOf, type Server } from './server.ts'
import { numberOf, type Opening, placeOf, reactionOf, type Step } from './step.ts'

const STATUSES: Readonly<Record<string, number>> = {
  ChatNotFound: 404,
  MessageNotFound: 404,
  MemberNotFound: 404,
  ReactionNotFound: 404,
  Forbidden: 403,
  LastOwner: 409,
  MarkerAhead: 422,
  ReplyToNotFound: 422,
}

const as = (who: Who): Record<string, string> => (who === null ? {} : { 'on-behalf-of': who })

const nextIn = ({ headers }: Answer<unknown>) => /<([^>]+)>; rel="next"/.exec(headers.get('link') ?? '')?.[1]

interface MarkerBody {
  readonly read_message_id: number
  readonly unread: number
}

/** By requests, for services and for users whom they act for. */
export const overHttp = (client: Client, clock: TestClock): Server => {
  const withBody = (method: string, target: string, who: Who, body: object) =>
    client.request<unknown>(method, target, {
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...as(who) },
    })

  const asked = (chat: ReadingChat, step: Exclude<Step, Opening>): Promise<Answer<unknown>> => {
    const path = `/chats/${chat.id}`
    const number = 'back' in step ? numberOf(chat, step) : 0
    const message = `${path}/messages/${number}`
    switch (step.kind) {
      case 'send':
        return withBody('POST', `${path}/messages/`, step.who, { text: step.text })
      case 'reply':
        return withBody('POST', `${path}/messages/`, step.who, { text: step.text, reply_to: number })
      case 'edit':
        return withBody('PATCH', message, step.who, { text: step.text })
      case 'tag':
        return withBody('PATCH', message, step.who, { metadata: metadataOf(step.tag) })
      case 'erase':
        return client.delete(message, as(step.who))
      case 'react':
      case 'unreact': {
        const reaction = `${message}/reactions/${encodeURIComponent(reactionOf(chat, number, step))}`
        return client.request(step.kind === 'react' ? 'PUT' : 'DELETE', reaction, { headers: as(step.who) })
      }
      case 'mark': {
        const move = { message_id: placeOf(chat, step.back), forward: step.forward }
        return withBody('PUT', `${path}/members/${step.user}/read`, step.who, move)
      }
      case 'put':
        return withBody('PUT', `${path}/members/${step.user}`, step.who, { role: step.role })
      case 'remove':
        return client.delete(`${path}/members/${step.user}`, as(step.who))
      case 'show':
        return withBody('PATCH', path, step.who, { visibility: step.visibility })
      case 'rename':
        return withBody('PATCH', path, step.who, { title: step.text })
      case 'tag chat':
        return withBody('PATCH', path, step.who, { metadata: metadataOf(step.tag) })
      case 'close':
        return client.delete(path, as(step.who))
    }
  }

  const shown = async <Body, A>(answer: Promise<Answer<Body>>, show: (body: Body) => A) => {
    const { status, json } = await answer
    return status === 200 ? show(json) : String(status)
  }

  return {
    says: (answer) => String(STATUSES[answer] ?? answer),
    open: async ({ who, visibility, founders }, ticks) => {
      clock.set(later(ticks * 1000))
      const members = founders.map(({ user, role }) => ({ user_id: user, role }))
      const { json } = await withBody('POST', '/chats/', who, { title: 'Release party', visibility, members })
      return (json as { readonly id: number }).id
    },
    take: async (chat, step, ticks) => {
      clock.set(later(ticks * 1000))
      const { status } = await asked(chat, step)
      return status < 300 ? DONE : String(status)
    },
    inbox: async (user, limit) => {
      const all: SeenEntry[] = []
      for (let target: string | undefined = `/users/${user}/inbox/?limit=${limit}`; target;) {
        const page: Answer<readonly unknown[]> = await client.get<readonly unknown[]>(target, as(user))
        all.push(...page.json.map(seenEntry))
        if (all.length > MANY) throw new Error(`the inbox of ${user} has no end`)
        target = nextIn(page)
      }
      return all
    },
    total: async (user) => (await client.get<unknown>(`/users/${user}/unread`, as(user))).json,
    marker: (chat, user) =>
      shown(
        client.get<MarkerBody>(`/chats/${chat}/members/${user}/read`, as(user)),
        ({ read_message_id, unread }) => [read_message_id, unread] as const,
      ),
    ownReactions: (chat, user) =>
      shown(
        client.get<readonly { readonly message_id: number; readonly reaction: string }[]>(
          `/chats/${chat}/members/${user}/reactions/?limit=100`,
          as(user),
        ),
        (all) => all.map(({ message_id, reaction }) => [message_id, reaction] as const),
      ),
    messages: async (chat) => {
      const { status, headers, json } = await client.get<{ readonly messages: readonly unknown[] }>(
        `/chats/${chat}?limit=100`,
      )
      if (status !== 200) return String(status)
      const revision = Number(JSON.parse(headers.get('etag') ?? '"0"'))
      return { revision, all: json.messages.map(seenMessage).toReversed() }
    },
  }
}
