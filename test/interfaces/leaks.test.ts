import { expect } from 'chai'
import type { Storage } from '../../src/composition/storage.ts'
import { SCOPES } from '../../src/domain/caller.ts'
import { bearer } from '../callers.ts'
import { type ChatBody, type Client, clientOf } from '../client.ts'
import { aKeyOn, asRoot, asUser, aTokenOf, GUARDED } from '../credentials.ts'
import { confidencesIn, hear, leaksIn, linesHeard } from '../logged.ts'
import { releasing } from '../releasing.ts'
import { brokenStorage, memoryStorage, overEachStorage, served } from '../served.ts'
import { follow } from '../stream.ts'
import { until } from '../until.ts'
import { exchange } from '../wire.ts'

/** A storage with a defect, which throws what it was asked with. */
const defective = (): Storage => {
  const storage = memoryStorage()
  const failing = (...asked: readonly unknown[]) => {
    throw new TypeError(`cannot read ${JSON.stringify(asked)}`)
  }
  return { ...storage, chats: { ...storage.chats, list: failing, messages: failing } }
}

const QUERY = 'limit=2&before=77&unknown=private-words'

describe('What was told in confidence', () => {
  const hold = releasing()

  const serving = async (storage: Storage) => {
    const lines: string[] = []
    const { url } = hold(await served(storage, { ...GUARDED, RATE_LIMIT: '1000' }, lines), ({ stop }) => stop())
    return { client: clientOf(url), lines }
  }

  /** Shows a credential in every place where one is looked for, or might be left by mistake. */
  const showEverywhere = async (client: Client, token: string) => {
    const headers = bearer(token)
    const asked = [
      () => client.get<unknown>(`/chats/?${QUERY}`, headers),
      () => client.get<unknown>(`/chats/1?${QUERY}`, headers),
      () => client.get<unknown>('/keys/?limit=100', headers),
      () => client.get<unknown>('/metrics', headers),
      () => client.get<unknown>(`/chats/?access_token=${token}`, headers),
      () => client.get<unknown>(`/chats/?access_token=${token}`),
      () => client.get<unknown>(`/chats/1/events?access_token=${token}&on_behalf_of=private-name`, headers),
      () => client.get<unknown>(`/livez?access_token=${token}`, headers),
      () => client.get<unknown>(`/nowhere?access_token=${token}`, headers),
      () => client.get<unknown>(`/chats/%zz?access_token=${token}`, headers),
      () => client.get<unknown>(`/problems/not-there?access_token=${token}`, headers),
      () => client.get<unknown>(`/chats/${'?a'.repeat(1001)}&access_token=${token}`, headers),
      () => client.request<unknown>('PUT', `/chats/?access_token=${token}`, { headers }),
      () => client.get<unknown>('/chats/', { ...headers, 'on-behalf-of': token }),
      () => client.get<unknown>('/chats/', { authorization: token }),
      () => client.get<unknown>('/chats/', { authorization: `Basic ${token}` }),
      () => client.post<unknown>('/chats/', { title: 'x' }, { ...headers, 'idempotency-key': token }),
      () => client.post<unknown>('/chats/', { title: token, visibility: token }, headers),
      () => client.post<unknown>('/keys/', { name: 'x', scopes: [token], expires_at: token }, headers),
      () => client.request<unknown>('POST', '/chats/', { headers, body: `{"title":${token}` }),
    ]
    for (const ask of asked) expect((await ask()).status).to.be.above(0)
    const stream = await follow(client.url, `/chats/1/events?access_token=${token}`)
    stream.cut()
    const begun = `GET /chats/?access_token=${token} HTTP/1.1\r\nAuthorization: Bearer ${token}\r\n`
    for (const rest of ['Connection: close\r\n\r\n', `Host: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 'Host x\r\n\r\n'])
      expect((await exchange(client.url, [begun + rest], hold))[0]?.body).to.not.include(token)
    return asked.length
  }

  const nothingOf = (secrets: readonly string[], lines: readonly string[]) => {
    expect(leaksIn(lines)).to.deep.equal([])
    for (const secret of secrets) expect(lines.filter((line) => line.includes(secret))).to.deep.equal([])
  }

  overEachStorage((storage) => {
    it('is in no line of the log, in no metric and in no answer', async () => {
      const { client, lines } = await serving(await storage())
      await client.post<ChatBody>('/chats/', { title: 'Release party' }, asRoot)
      const key = await aKeyOn(client, SCOPES)
      const tokens = [
        aTokenOf('private-name'),
        key.secret,
        GUARDED.AUTH_ROOT_KEY,
        aTokenOf('x', {}, { secret: 'other' }),
      ]
      let requests = 0
      for (const token of tokens) requests += await showEverywhere(client, token)
      await until(() => lines.filter((line) => line.includes('"route"')).length >= requests)
      const metrics = (await client.get<unknown>('/metrics', asRoot)).text
      expect(metrics).to.include('route="/chats/{chat_id}"')
      const secrets = [...tokens, ...Object.values(GUARDED), 'private-name', 'private-words', 'access_token']
      nothingOf(secrets, [...lines, ...metrics.split('\n')])
      const listed = (await client.get<unknown>('/keys/', asRoot)).text
      for (const secret of secrets) expect(listed).to.not.include(secret)
    })
  })

  for (const [what, storage, status] of [
    ['a storage that does not answer', brokenStorage, 503],
    ['a defect', defective, 500],
  ] as const)
    it(`is in no stack of ${what}`, async () => {
      const { client, lines } = await serving(storage())
      for (const headers of [asUser('anna'), asRoot]) {
        const answers = [
          await client.get<unknown>(`/chats/?${QUERY}`, headers),
          await client.get<unknown>(`/chats/1?${QUERY}`, headers),
        ]
        expect(answers.map((answer) => answer.status)).to.deep.equal([status, status])
        expect(answers.map(({ text }) => text).join()).to.not.match(/stack|private-words|eyJ/)
      }
      await until(() => lines.filter((line) => line.includes('"stack"')).length >= 4)
      nothingOf([...Object.values(GUARDED), QUERY, 'private-words'], lines)
    })

  it('would be found, were it there', () => {
    const token = aTokenOf('anna')
    const target = `/events?access_token=${token}&chat_id=1`
    expect(confidencesIn(target, bearer(GUARDED.AUTH_ROOT_KEY))).to.deep.equal([
      GUARDED.AUTH_ROOT_KEY,
      token,
      `access_token=${token}&chat_id=1`,
    ])
    for (const leak of [token, `msgr_${'x'.repeat(43)}`, 'Bearer x', '?access_token=x'])
      expect(leaksIn([`a line with ${leak}`, 'and another']), leak).to.have.length(1)
    const [before] = [linesHeard().length]
    for (const milliseconds of [1, 22])
      hear(
        `{"level":30,"time":${milliseconds},"pid":${milliseconds},"durationMs":${milliseconds}.5,"msg":"of this test"}`,
      )
    expect(linesHeard()).to.have.length(before + 1)
  })
})
