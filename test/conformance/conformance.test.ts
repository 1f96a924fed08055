import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { expect } from 'chai'
import { conformance } from '../../src/conformance/index.ts'
import type { Messenger } from '../../src/messenger.ts'
import { createMessenger, type TestMessenger } from '../../src/testing/index.ts'
import { releasing } from '../releasing.ts'
import { memoryStorage, postgresStorage, served } from '../served.ts'

describe('Conformance of a messenger in process', () => {
  let messenger: TestMessenger
  before(() => {
    messenger = createMessenger()
  })
  after(() => messenger.close())
  conformance({ fetch: (...request) => messenger.fetch(...request), describe, it })
})

describe('Conformance of a messenger in process that knows callers', () => {
  let messenger: TestMessenger
  before(() => {
    messenger = createMessenger({ authentication: true })
  })
  after(() => messenger.close())
  const token = () => messenger.keyFor(['read', 'write', 'act', 'keys'])
  conformance({ fetch: (...request) => messenger.fetch(...request), token, describe, it })
})

const ROOT_KEY = 'the-root-key-of-the-conformance-suite'

describe('Conformance of the service over PostgreSQL that knows callers', () => {
  let messenger: Messenger
  before(async () => {
    messenger = await served(await postgresStorage(), { AUTH_ROOT_KEY: ROOT_KEY })
  })
  after(() => messenger.stop())
  conformance({ baseUrl: () => messenger.url, token: ROOT_KEY, describe, it })
})

describe('Conformance of the service over PostgreSQL', () => {
  let messenger: Messenger
  before(async () => {
    messenger = await served(await postgresStorage())
  })
  after(() => messenger.stop())
  conformance({ baseUrl: () => messenger.url, describe, it })
})

describe('Conformance of the service below a path', () => {
  let messenger: Messenger
  before(async () => {
    messenger = await served(memoryStorage(), { BASE_PATH: '/team/chat' })
  })
  after(() => messenger.stop())
  conformance({ baseUrl: () => messenger.url, describe, it })
})

describe('npm run conformance', () => {
  const hold = releasing()
  const command = (args: readonly string[], key?: string) =>
    new Promise<{ status: number; output: string }>((resolve) => {
      const main = join(import.meta.dirname, '../../src/conformance/main.ts')
      execFile(
        process.execPath,
        [main, ...args],
        { env: { ...process.env, CONFORMANCE_KEY: key } },
        (error, stdout, stderr) => resolve({ status: error ? Number(error.code) : 0, output: stdout + stderr }),
      )
    })

  it('runs every case against a URL, says which fails and why, and ends with 1 when one does', async () => {
    const messenger = hold(createMessenger(), ({ close }) => close())
    const url = await messenger.listen()
    messenger.fail('unavailable', 'createChat')
    const { status, output } = await command([url])
    expect(output).to.match(/✘ opens an empty chat and says where it is\n +status: expected 201, got 503/)
    expect(output)
      .to.match(/✔ numbers the messages of a chat/)
      .and.match(/\d\d passed, 1 failed\n$/)
    expect(status).to.equal(1)
  })

  it('takes the key of a service that asks for one from the environment, and from nowhere else', async () => {
    const messenger = hold(createMessenger({ authentication: true }), ({ close }) => close())
    const [url, key] = [await messenger.listen(), await messenger.keyFor(['read', 'write', 'act', 'keys'])]
    const { status, output } = await command([url], key)
    expect(output)
      .to.match(/✔ answers 401 to whoever has no credential/)
      .and.match(/\d\d passed, 0 failed\n$/)
    expect(status).to.equal(0)
    expect((await command([url, key])).status).to.equal(64)
  })

  it('says how it is used when it is not told where', async () => {
    const { status, output } = await command([])
    expect([status, output.split('\n')[0]]).to.deep.equal([64, 'Usage: npm run conformance -- http://host:8000'])
  })
})
