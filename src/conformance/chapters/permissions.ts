import { type Appointment, type Role, roles } from '../../client/schemas.ts'
import { expectSame } from '../expectations.ts'
import { type Answer, aUser, type Service } from '../service.ts'
import type { Chapter } from '../suite.ts'

/** As what somebody stands before a chat. */
type Standing = Role | 'stranger'

const standings: readonly Standing[] = [...roles, 'stranger']

/** A public chat with an owner, a member and who asks. Its message 1 is by the member, 2 by who asks. */
interface Scene {
  readonly chat: string
  readonly self: string
  readonly other: string
}

type Ask = (who: Service, scene: Scene) => Promise<Answer<unknown>>

/** What is asked, and the status that it is answered with to each, in the order of `standings`. */
type Row = readonly [what: string, ask: Ask, statuses: readonly number[]]

const rows: readonly Row[] = [
  ['reads', (who, { chat }) => who.get(chat), [200, 200, 200, 200, 200]],
  ['lists members', (who, { chat }) => who.get(`${chat}/members/`), [200, 200, 200, 200, 200]],
  ['sends', (who, { chat }) => who.post(`${chat}/messages/`, { text: 'x' }), [201, 201, 201, 403, 201]],
  ['edits its own', (who, { chat }) => who.patch(`${chat}/messages/2`, { text: 'x' }), [200, 200, 200, 403, 200]],
  ['deletes its own', (who, { chat }) => who.delete(`${chat}/messages/2`), [204, 204, 204, 403, 204]],
  ["edits others'", (who, { chat }) => who.patch(`${chat}/messages/1`, { text: 'x' }), [403, 403, 403, 403, 403]],
  ["deletes others'", (who, { chat }) => who.delete(`${chat}/messages/1`), [204, 204, 403, 403, 403]],
  ['renames', (who, { chat }) => who.patch(chat, { title: 'x' }), [200, 200, 403, 403, 403]],
  ['hides the chat', (who, { chat }) => who.patch(chat, { visibility: 'private' }), [200, 403, 403, 403, 403]],
  [
    'hides and renames at once',
    (who, { chat }) => who.patch(chat, { title: 'x', visibility: 'private' }),
    [200, 403, 403, 403, 403],
  ],
  ['adds a member', (who, { chat }) => who.put(`${chat}/members/new`, { role: 'member' }), [201, 201, 403, 403, 403]],
  ['adds an owner', (who, { chat }) => who.put(`${chat}/members/new`, { role: 'owner' }), [201, 403, 403, 403, 403]],
  [
    'makes another moderator',
    (who, { chat, other }) => who.put(`${chat}/members/${other}`, { role: 'moderator' }),
    [200, 403, 403, 403, 403],
  ],
  ['removes a member', (who, { chat, other }) => who.delete(`${chat}/members/${other}`), [204, 204, 403, 403, 403]],
  [
    'makes itself owner',
    (who, { chat, self }) => who.put(`${chat}/members/${self}`, { role: 'owner' }),
    [200, 403, 403, 403, 403],
  ],
  ['reacts', (who, { chat }) => who.request('PUT', `${chat}/messages/1/reactions/+1`), [204, 204, 204, 403, 204]],
  ['types', (who, { chat }) => who.request('POST', `${chat}/typing`), [204, 204, 204, 403, 204]],
  [
    'says what it has read',
    (who, { chat, self }) => who.put(`${chat}/members/${self}/read`, { message_id: 1 }),
    [200, 200, 200, 200, 404],
  ],
  [
    'says what another has read',
    (who, { chat, other }) => who.put(`${chat}/members/${other}/read`, { message_id: 1 }),
    [403, 403, 403, 403, 403],
  ],
  ['joins', (who, { chat, self }) => who.put(`${chat}/members/${self}`, { role: 'member' }), [200, 200, 200, 403, 201]],
  ['leaves', (who, { chat, self }) => who.delete(`${chat}/members/${self}`), [204, 204, 204, 204, 404]],
  ['deletes the chat', (who, { chat }) => who.delete(chat), [204, 403, 403, 403, 403]],
]

/** What a stranger is answered in a private chat, whatever it asks. */
const UNSEEN = 404

export const permissions: Chapter = (service, it) => {
  const aScene = async (standing: Standing): Promise<Scene> => {
    const [self, other] = [aUser(standing), aUser('other')]
    const members: readonly Appointment[] = [
      { user_id: aUser('owner'), role: 'owner' },
      { user_id: other, role: 'member' },
    ]
    const chat = await service.aChat(0, { visibility: 'public', members })
    for (const user of [other, self]) await service.as(user).post(`${chat}/messages/`, { text: 'hello' })
    if (standing !== 'stranger') await service.put(`${chat}/members/${self}`, { role: standing })
    return { chat, self, other }
  }

  for (const [what, ask, statuses] of rows)
    it(`decides by membership who ${what}: ${standings.join(', ')} → ${statuses.join(', ')}`, async () => {
      for (const [index, standing] of standings.entries()) {
        const scene = await aScene(standing)
        const { status } = await ask(service.as(scene.self), scene)
        expectSame(`as ${standing}`, status, statuses[index])
      }
      const scene = await aScene('stranger')
      await service.patch(scene.chat, { visibility: 'private' })
      expectSame('as stranger to a private chat', (await ask(service.as(scene.self), scene)).status, UNSEEN)
    })

  it('changes nothing for a change of a chat of which a part is refused', async () => {
    const { chat, self } = await aScene('moderator')
    const before = await service.get(chat)
    await service.as(self).patch(chat, { title: 'x', visibility: 'private' })
    expectSame('the chat', (await service.get(chat)).text, before.text)
  })

  it('binds no service: it does everything in a chat that it is no member of', async () => {
    for (const [what, ask] of rows.filter(
      ([what]) => !['joins', 'leaves', 'makes itself owner', 'reacts', 'types'].includes(what),
    )) {
      const scene = await aScene('moderator')
      const { status } = await ask(service, scene)
      expectSame(`a service ${what}`, status < 400, true)
    }
  })
}
