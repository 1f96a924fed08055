import { runConformance } from '../../src/conformance/index.ts'
import { expect } from 'chai'
import { cleanUp, start } from '../process/server-process.ts'
import { releasing } from '../releasing.ts'
import { aProxy, type Change, type Proxy, PUBLIC_HOST } from './proxy.ts'

const HERE = `https://${PUBLIC_HOST}/chat`

describe('Behind a proxy', () => {
  const hold = releasing(after)
  let port: string

  before(async () => {
    const server = start({ STORAGE: 'memory', BASE_PATH: '/chat', ALLOWED_HOSTS: PUBLIC_HOST })
    port = new URL((await server.listening()).url).port
  })
  after(cleanUp)

  const upstream = (name: string): readonly Change[] =>
    name === 'haproxy'
      ? [
          ['127.0.0.1:8001', `127.0.0.1:${port}`],
          ['127.0.0.1:8002', `127.0.0.1:${port}`],
        ]
      : [['127.0.0.1:8000', `127.0.0.1:${port}`]]

  for (const name of ['nginx', 'haproxy', 'caddy'] as const)
    describe(name, () => {
      let proxy: Proxy

      before(async function () {
        const found = await aProxy(name, hold, upstream(name))
        if (!found) return this.skip()
        proxy = found
      })

      it('keeps every promise of the contract', async () => {
        const results = await runConformance({ baseUrl: HERE, fetch: proxy.fetch })
        const failed = results.filter(({ error }) => error !== undefined)
        expect(
          failed.map(({ chapter, title, error }) => `${chapter}: ${title}: ${(error as Error).message}`),
        ).to.deep.equal([])
      })
    })
})
