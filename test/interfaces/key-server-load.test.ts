import type { ServerResponse } from 'node:http'
import { expect } from 'chai'
import { bearer } from '../callers.ts'
import { aPublicChatOn, type Client, clientOf } from '../client.ts'
import { asRoot, inSeconds, ROOT_KEY } from '../credentials.ts'
import { upTo } from '../fixtures.ts'
import { goal } from '../goal.ts'
import { aKeyServer } from '../infrastructure/auth/key-server.ts'
import { aSigner, aToken, setOf, type Signer } from '../infrastructure/auth/tokens.ts'
import { leaksIn } from '../logged.ts'
import { releasing } from '../releasing.ts'
import { memoryStorage, served } from '../served.ts'
import { follow } from '../stream.ts'
import { until } from '../until.ts'

const ISSUED = { iss: 'https://accounts.example.com', aud: 'messenger' }

/** Milliseconds after which a request counts as one that hangs: a key server has 2 s. */
const HANGS_MS = 5000
const SECOND = 1000
const MINUTE = 60 * SECOND

/** Requests under way with the tokens of each signer, of which every twentieth was never seen before. */
const AT_ONCE = 4
const REUSE = 20

/** `upcoming` is no key of the server's before it rotates, `leaving` none afterwards, `stranger` at no time. */
const NAMES = ['leaving', 'staying', 'upcoming', 'stranger'] as const
type Name = (typeof NAMES)[number]

const nothingSeen = () =>
  Object.fromEntries(NAMES.map((name) => [name, new Set<number>()])) as Record<Name, Set<number>>

describe('A key server that hangs, lies, rotates and dies, while many ask', function () {
  this.timeout(180_000)
  const hold = releasing(after)
  const lines: string[] = []
  let signers: Readonly<Record<Name, Signer>>
  let server: Awaited<ReturnType<typeof aKeyServer>>
  let client: Client
  let chat: string

  /** By how much the service's clock is ahead. */
  let ahead = 0
  const advance = (milliseconds: number) => void (ahead += milliseconds)

  before(async () => {
    const made = await Promise.all(NAMES.map((name) => aSigner('ES256', name)))
    signers = Object.fromEntries(NAMES.map((name, index) => [name, made[index]])) as Record<Name, Signer>
    server = hold(await aKeyServer(setOf(signers.leaving, signers.staying)), ({ close }) => close())
    const variables = { AUTH_JWKS_URL: server.url, AUTH_ISSUER: ISSUED.iss, AUTH_AUDIENCE: ISSUED.aud }
    const clock = { now: () => new Date(Date.now() + ahead) }
    const environment = { ...variables, AUTH_ROOT_KEY: ROOT_KEY }
    const { url } = hold(await served(memoryStorage(), environment, lines, undefined, clock), ({ stop }) => stop())
    client = clientOf(url, goal(HANGS_MS))
    chat = await aPublicChatOn(client, asRoot)
  })

  let users = 0
  const aTokenBy = (name: Name) => {
    const { jwk, ...signer } = signers[name]
    // The stranger says that its key is one of the server's.
    const kid = name === 'stranger' ? 'staying' : name
    const claims = { ...ISSUED, sub: `user-${++users}`, exp: inSeconds(24 * 60 * 60) }
    return aToken(claims, { ...signer, jwk: { ...jwk, kid } })
  }
  const following = async (name: Name) =>
    hold(await follow(client.url, `${chat}/events`, bearer(await aTokenBy(name))), ({ cut }) => cut())

  /** What requests were answered with: those that began since a look was taken, and all. */
  let seen = nothingSeen()
  const ever = nothingSeen()
  let isOver = false

  const askOnAndOn = async (name: Name) => {
    const known = await aTokenBy(name)
    for (let n = 1; !isOver; n++) {
      const look = seen
      const token = n % REUSE === 0 ? await aTokenBy(name) : known
      const { status } = await client.get<unknown>('/chats/', bearer(token))
      look[name].add(status)
      ever[name].add(status)
    }
  }

  /** Resolves once everybody is answered so, and not otherwise. */
  const settled = (expected: Readonly<Record<Name, number>>) =>
    until(async () => {
      const look = (seen = nothingSeen())
      await until(() => NAMES.every((name) => look[name].size > 0))
      return NAMES.every((name) => [...look[name]].join() === String(expected[name]))
    })

  /** Once the server was asked again, after the pause that it is given. */
  const askedAgain = async () => {
    const before = server.asked()
    advance(6 * SECOND)
    await until(() => server.asked() > before)
  }

  const hangs = async () => {
    server.answer(() => {})
    advance(6 * MINUTE)
    await settled({ leaving: 200, staying: 200, upcoming: 503, stranger: 401 })
  }

  const lies = async () => {
    const { upcoming, stranger } = signers
    const trap = hold(await aKeyServer(setOf(upcoming, stranger)), ({ close }) => close())
    const moved = { location: trap.url }
    const shared = { kty: 'oct', kid: 'upcoming', k: Buffer.from('x'.repeat(32)).toString('base64url') }
    for (const answer of [
      (res: ServerResponse) => res.end('<html>Sign in</html>'),
      (res: ServerResponse) => res.writeHead(302, moved).end(),
      (res: ServerResponse) => res.writeHead(500).end(setOf(upcoming, stranger)),
      (res: ServerResponse) => res.end('{"keys":[]}'),
      (res: ServerResponse) => res.end(JSON.stringify({ keys: [shared] })),
      (res: ServerResponse) => res.end(`${setOf(upcoming, stranger)}${' '.repeat(300_000)}`),
      (res: ServerResponse) => res.write('{"keys":['),
      (res: ServerResponse) => res.destroy(),
    ]) {
      server.answer((_, res) => void answer(res))
      await askedAgain()
    }
    await settled({ leaving: 200, staying: 200, upcoming: 503, stranger: 401 })
    expect(trap.asked(), 'where it was sent to').to.equal(0)
  }

  const rotates = async () => {
    const streams = [await following('leaving'), await following('staying')] as const
    server.serve(setOf(signers.staying, signers.upcoming))
    advance(6 * SECOND)
    await settled({ leaving: 401, staying: 200, upcoming: 200, stranger: 401 })
    await streams[0].ended
    await client.post(`${chat}/messages/`, { text: 'for who stays' }, asRoot)
    expect((await streams[1].received(1))[0]?.data).to.include({ text: 'for who stays' })
    expect(streams[0].events).to.deep.equal([])
    return streams[1]
  }

  const dies = async () => {
    await server.close()
    advance(6 * MINUTE)
    await settled({ leaving: 503, staying: 200, upcoming: 200, stranger: 401 })
  }

  const staysDead = async () => {
    advance(60 * MINUTE)
    await settled({ leaving: 503, staying: 503, upcoming: 503, stranger: 503 })
  }

  const comesBack = async () => {
    server = hold(await aKeyServer(setOf(signers.staying, signers.upcoming), server.port), ({ close }) => close())
    advance(6 * SECOND)
    await settled({ leaving: 401, staying: 200, upcoming: 200, stranger: 401 })
  }

  const story = async () => {
    await settled({ leaving: 200, staying: 200, upcoming: 401, stranger: 401 })
    await hangs()
    await lies()
    expect([...ever.leaving, ...ever.staying], 'of those whose keys are known').to.deep.equal([200, 200])
    const stream = await rotates()
    await dies()
    expect([...ever.staying], 'who stays').to.deep.equal([200])
    await staysDead()
    await stream.ended
    await comesBack()
    expect([...ever.stranger]).to.have.members([401, 503])
  }

  it('lets nobody else in, is noticed by nobody while its keys are known, and keeps no request waiting', async () => {
    await Promise.all([
      ...NAMES.flatMap((name) => upTo(AT_ONCE).map(() => askOnAndOn(name))),
      story().finally(() => (isOver = true)),
    ])
    expect(lines.join('')).to.include('background work failed')
    expect(leaksIn(lines)).to.deep.equal([])
  })
})
