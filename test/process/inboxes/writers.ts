import { expect } from 'chai'
import { type Answer, aChatOn, type ChatBody, type Client } from '../../client.ts'
import type { Dice } from '../chaos/dice.ts'

export const as = (user: string) => ({ 'on-behalf-of': user })

/** Where everybody who is there from the start is a member. */
export const aCrowdedChat = (client: Client, users: readonly string[]) => {
  const members = users.map((user_id) => ({ user_id, role: 'member' }))
  return aChatOn(client, 'Release party', { members })
}

/** What writers share. Chats that are deleted are replaced. */
export interface Ground {
  readonly users: readonly string[]
  readonly chats: string[]
  readonly isOver: () => boolean
  readonly made: () => unknown
}

/** The answer, which others may have made impossible meanwhile; whether a change was made. */
const made = async (answer: Promise<Answer<unknown>>, ...refusals: readonly number[]) => {
  const { status, text } = await answer
  expect(status, text).to.be.oneOf([200, 201, 204, ...refusals])
  return status < 300
}

const jsonOf = (body: object) => ({ body: JSON.stringify(body) })
const TYPED = { 'content-type': 'application/json' }

/** Sends, edits, deletes, reacts, moves markers, and removes members and brings them back, at random, until it is over. */
export const aWriter = async (clients: readonly Client[], dice: Dice, ground: Ground): Promise<void> => {
  const { users, chats, isOver } = ground

  const change = async (n: number): Promise<boolean> => {
    const [client, user, place] = [dice.pick(clients), dice.pick(users), dice.between(0, chats.length - 1)]
    const chat = chats[place]!
    const member = `${chat}/members/${user}`
    const roll = dice.roll()
    if (roll < 0.4) return made(client.post(`${chat}/messages/`, { text: `message ${n}` }, as(user)), 404)
    if (roll < 0.45) return made(client.delete(member), 404)
    if (roll < 0.55) return made(client.request('PUT', member, { ...jsonOf({ role: 'member' }), headers: TYPED }), 404)
    if (roll < 0.56) return made(client.patch(chat, { title: `title ${n}` }), 404)
    if (roll < 0.565) {
      const isMine = await made(client.delete(chat), 404)
      if (isMine) chats[place] = await aCrowdedChat(client, users)
      return isMine
    }
    const { status, json } = await client.get<ChatBody>(`${chat}?limit=1`)
    if (status === 404 || json.last_message_id === 0) return false
    const number = Math.max(1, json.last_message_id - dice.between(0, 4))
    const message = `${chat}/messages/${number}`
    if (roll < 0.65) return made(client.patch(message, { text: `edited ${n}` }), 404)
    if (roll < 0.75) return made(client.delete(message), 404)
    if (roll < 0.85) {
      const method = dice.roll() < 0.7 ? 'PUT' : 'DELETE'
      return made(client.request(method, `${message}/reactions/ok`, { headers: as(user) }), 404)
    }
    const move = jsonOf({ message_id: number, forward: dice.roll() < 0.5 })
    return made(client.request('PUT', `${member}/read`, { ...move, headers: { ...TYPED, ...as(user) } }), 404)
  }

  for (let n = 0; !isOver(); n++) if (await change(n)) ground.made()
}
