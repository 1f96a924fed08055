import { expect } from 'chai'
import type { Message } from '../../src/client/schemas.ts'
import { openStorage } from '../../src/storage.ts'
import { type Client, clientOf } from '../client.ts'
import { asUser, GUARDED } from '../credentials.ts'
import { upTo } from '../fixtures.ts'
import { aDatabase, urlOf } from '../postgres.ts'
import { releasing } from '../releasing.ts'
import { aConfig, served } from '../served.ts'
import { ALICE, memberRequests } from './member-requests.ts'

const USERS = upTo(50).map((n) => `user-${String(n).padStart(2, '0')}`)
const HEART = encodeURIComponent('❤')

describe('Reactions of many, on several servers of one database,', () => {
  const hold = releasing()

  it('are counted exactly, though each is asked for twice at once', async () => {
    const where = await aDatabase()
    const aServer = async (): Promise<Client> => {
      const storage = await openStorage(aConfig({ DATABASE_URL: urlOf(where) }), () => {})
      return clientOf(hold(await served(storage, GUARDED), ({ stop }) => stop()).url)
    }
    const [here, there] = [await aServer(), await aServer()]
    const chat = await memberRequests(here).aChat(USERS)
    const message = `${chat}/messages/1`
    await here.post(`${chat}/messages/`, { text: 'hello' }, ALICE)

    /** Each of them asks both servers, and meanwhile others write. */
    const asking = async (method: string, users: readonly string[]) => {
      const asked = users.flatMap((user) =>
        [here, there].map(async (server) => {
          const answer = await server.request<unknown>(method, `${message}/reactions/${HEART}`, {
            headers: asUser(user),
          })
          return `${user} ${answer.status}`
        }),
      )
      const others = [here, there, here].map((server) =>
        server.post<unknown>(`${chat}/messages/`, { text: 'x' }, ALICE),
      )
      expect((await Promise.all(others)).map(({ status }) => status)).to.deep.equal([201, 201, 201])
      return (await Promise.all(asked)).toSorted()
    }
    const state = async (server: Client) => {
      const { json, headers } = await server.get<Message>(message, ALICE)
      const page = await server.get<{ user_id: string }[]>(`${message}/reactions/?reaction=${HEART}&limit=100`, ALICE)
      return { reactions: json.reactions, tag: headers.get('etag'), users: page.json.map(({ user_id }) => user_id) }
    }
    const revision = async () => Number((await here.get<unknown>(chat, ALICE)).headers.get('etag')?.replaceAll('"', ''))

    expect(await asking('PUT', USERS)).to.deep.equal(USERS.flatMap((user) => [`${user} 204`, `${user} 204`]))
    for (const server of [here, there]) {
      const { reactions, users } = await state(server)
      expect(reactions).to.deep.equal([{ reaction: '❤', count: 50 }])
      expect(users).to.deep.equal(USERS)
    }
    expect(await revision(), 'one for each user and each message').to.equal(50 + 4)

    const [gone, left] = [USERS.slice(0, 25), USERS.slice(25)]
    expect(await asking('DELETE', gone)).to.deep.equal(gone.flatMap((user) => [`${user} 204`, `${user} 404`]))
    expect(await state(there)).to.deep.include({ reactions: [{ reaction: '❤', count: 25 }], users: left })
    expect(await revision()).to.equal(50 + 4 + 25 + 3)

    await Promise.all([asking('PUT', gone), asking('DELETE', left)])
    expect(await state(here)).to.deep.include({ reactions: [{ reaction: '❤', count: 25 }], users: gone })
    expect(await state(there)).to.deep.equal(await state(here))
  })
})
