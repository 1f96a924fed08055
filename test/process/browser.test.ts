import { expect } from 'chai'
import { type Browser, chromium, type Page } from 'playwright-core'
import type { Messenger } from '../../src/messenger.ts'
import { aChatOn, type ChatBody, clientOf } from '../client.ts'
import { operations } from '../recorder.ts'
import { releasing } from '../releasing.ts'
import { memoryStorage, served } from '../served.ts'
import { ARGS, findBrowser } from './chromium.ts'
import { aPage, authorize, operationOn } from './documentation-page.ts'

/** What a new user types where something has to be typed that is no id. */
const NAMES: Readonly<Record<string, string>> = {
  problem: 'validation-failed',
  file: 'swagger-ui-init.js',
  asset: 'main.js',
  user_id: 'bob',
  reaction: '❤',
  'On-Behalf-Of': 'bob',
}

/** What has to be typed beside what stands in the path: of which chats, by which reaction, and who it is that types or reacts. */
const MORE: Readonly<Record<string, readonly string[]>> = {
  followChats: ['chat_id'],
  listReactors: ['reaction'],
  ...Object.fromEntries(['sendTyping', 'addReaction', 'removeReaction'].map((id) => [id, ['On-Behalf-Of']])),
}

const ROOT_KEY = 'the-root-key-of-this-test-and-of-no-other'

describe('Swagger UI in a browser', () => {
  let browser: Browser | undefined
  let messenger: Messenger
  const hold = releasing()

  before(async function () {
    const executablePath = findBrowser()
    if (executablePath === undefined) {
      console.log('    no Chromium or Chrome on this machine: nobody looked at the documentation')
      return this.skip()
    }
    browser = await chromium.launch({ executablePath, args: ARGS })
    messenger = await served(memoryStorage())
  })

  after(async () => {
    await browser?.close()
    await (messenger as Messenger | undefined)?.stop()
  })

  afterEach(async () => {
    for (const context of browser?.contexts() ?? []) await context.close()
  })

  const opened = async (path = '/docs', width?: number, height?: number, from = messenger) => {
    const seen = await aPage(browser as Browser, width, height)
    const answer = await seen.page.goto(from.url + path)
    await seen.page.locator('.opblock').first().waitFor()
    return { ...seen, answer }
  }

  /** Ids of a message and of a member that are there (the one reacted to by the other), of their chat and of a key: what was deleted once is gone. */
  const freshIds = async () => {
    const client = clientOf(messenger.url)
    const chat = await aChatOn(client, 'Release party', { members: [{ user_id: 'bob', role: 'member' }] })
    await client.post(`${chat}/messages/`, { text: 'Who brings the cake?' })
    const reaction = `${chat}/messages/1/reactions/${encodeURIComponent('❤')}`
    await client.request('PUT', reaction, { headers: { 'on-behalf-of': 'bob' } })
    const { json: key } = await client.post<{ readonly id: number }>('/keys/', { name: 'a try', scopes: ['read'] })
    return { chat_id: chat.split('/')[2] ?? '', message_id: '1', user_id: 'bob', key_id: String(key.id) }
  }

  const onlyFromHere = (requests: readonly string[], ...paths: readonly string[]) => {
    const asked = requests.map((request) => new URL(request)).filter(({ protocol }) => protocol !== 'data:')
    expect(asked.map(({ pathname }) => pathname)).to.include.members([...paths])
    expect([...new Set(asked.map(({ origin }) => origin))]).to.deep.equal([messenger.url])
  }

  for (const path of ['/docs', '/docs/'])
    it(`asks no other machine and breaks no policy of its own at ${path}, also when it is loaded again`, async () => {
      const { page, requests, complaints, answer } = await opened(path)
      expect(answer?.status()).to.equal(200)
      await page.reload()
      await page.locator('.opblock').first().waitFor()
      onlyFromHere(requests, path, '/openapi.yaml', '/docs/swagger-ui-bundle.js', '/docs/swagger-ui.css')
      expect(complaints).to.deep.equal([])
    })

  it('is whole below a path, and asks for nothing beside it', async () => {
    const below = hold(await served(memoryStorage(), { BASE_PATH: '/team/chat' }), ({ stop }) => stop())
    const { page, requests, complaints } = await opened('/docs', undefined, undefined, below)
    const operation = operationOn(page, 'createChat')
    await operation.open()
    await operation.typeBody({ title: 'Tried out' })
    expect((await operation.execute()).status).to.equal('201')
    const asked = requests.filter((url) => !url.startsWith('data:'))
    expect(asked).to.include.members([`${below.url}/openapi.yaml`, `${below.url}/chats/`])
    expect(asked.filter((url) => !url.startsWith(`${below.url}/`))).to.deep.equal([])
    expect(complaints).to.deep.equal([])
  })

  it('is where somebody arrives who types nothing but the address, where there is no console', async () => {
    const without = hold(await served(memoryStorage(), { CONSOLE: 'off' }), ({ stop }) => stop())
    const { page, answer } = await opened('/', undefined, undefined, without)
    expect([answer?.status(), page.url()]).to.deep.equal([200, `${without.url}/docs/`])
  })

  it('makes what was typed', async () => {
    const { page } = await opened()
    const operation = operationOn(page, 'createChat')
    await operation.open()
    await operation.typeBody({ title: 'Tried out' })
    const { status, body } = await operation.execute()
    expect(status).to.equal('201')
    const { id } = JSON.parse(await body()) as ChatBody
    expect((await clientOf(messenger.url).get<ChatBody>(`/chats/${id}`)).json.title).to.equal('Tried out')
  })

  it('shows a credential that was typed once under Authorize, and keeps it for no other page', async () => {
    const locked = hold(await served(memoryStorage(), { AUTH_ROOT_KEY: ROOT_KEY }), ({ stop }) => stop())
    const { page } = await opened('/docs', undefined, undefined, locked)
    const operation = operationOn(page, 'createChat')
    await operation.open()
    expect((await operation.execute()).status).to.equal('401')
    await authorize(page, ROOT_KEY)
    expect((await operation.execute()).status).to.equal('201')

    const { page: other } = await opened('/docs', undefined, undefined, locked)
    const again = operationOn(other, 'createChat')
    await again.open()
    expect((await again.execute()).status).to.equal('401')
  })

  /** Tries each operation of a page out, twice. */
  const tryAll = async (page: Page, some: typeof operations) => {
    for (const { id, method, path } of some) {
      const operation = operationOn(page, id)
      await operation.open()
      for (const [name, value] of await operation.filled()) expect(value, `${id}: ${name} is filled in`).to.equal('')

      const typeIds = async () => {
        const ids: Record<string, string> = { ...NAMES, ...(await freshIds()) }
        const needed = Array.from(path.matchAll(/\{(\w+)\}/g), ([, name = '']) => name)
        for (const name of [...needed, ...(MORE[id] ?? [])]) await operation.type(name, ids[name] ?? '')
      }
      await typeIds()
      const first = await operation.execute()
      if (method === 'DELETE') await typeIds()
      const second = await operation.execute()
      for (const { status, headers } of [first, second]) {
        expect(status, id).to.match(/^20\d$/)
        expect(headers['idempotency-replayed'], id).to.equal(undefined)
      }
      if (path.endsWith('/events')) expect(second.text, id).to.include('event: begin').and.to.include('curl -N')
      await operation.close()
    }
  }

  it('succeeds in every operation with nothing typed but ids, and does so again', async function () {
    this.timeout(300_000)
    // Each of two pages has a processor of its own: it is the page that takes the time.
    const pages = [await opened(), await opened()] as const
    const halves = pages.map(({ page }, half) =>
      tryAll(
        page,
        operations.filter((_, index) => index % 2 === half),
      ),
    )
    await Promise.all(halves)
    onlyFromHere(
      pages.flatMap(({ requests }) => requests),
      '/events',
      '/metrics',
    )
    expect(pages.flatMap(({ complaints }) => complaints)).to.deep.equal([])
  })

  it('shows operations on its first screen, and what there is to read at one click', async () => {
    const { page } = await opened()
    const operation = await page.locator('.opblock').nth(2).boundingBox()
    expect((operation?.y ?? Infinity) + (operation?.height ?? 0)).to.be.below(720)
    const { page: small } = await opened('/docs', 375, 667)
    expect((await small.locator('.opblock').first().boundingBox())?.y).to.be.below(667)
    const stream = page.locator('details').filter({ hasText: 'curl -N' })
    expect(await stream.locator('pre').isVisible()).to.equal(false)
    await stream.locator('summary').click()
    expect(await stream.locator('pre').isVisible()).to.equal(true)
  })

  it('is as wide as a narrow screen and no wider, whatever is opened', async () => {
    const { page } = await opened('/docs', 375, 667)
    const width = () => page.evaluate<number>('document.documentElement.scrollWidth')
    expect(await width()).to.equal(375)
    for (const summary of await page.locator('details summary').all()) await summary.click()
    expect(await width(), 'everything unfolded').to.equal(375)
    for (const id of ['createChat', 'listMessages', 'followChats', 'getOpenapiJson']) {
      const operation = operationOn(page, id)
      await operation.open()
      expect(await width(), id).to.equal(375)
      if (id === 'listMessages') await operation.type('chat_id', (await freshIds()).chat_id)
      if (id === 'followChats') await operation.type('chat_id', (await freshIds()).chat_id)
      await operation.execute()
      expect(await width(), `${id}, executed`).to.equal(375)
    }
  })

  it('has an icon of its own, which a browser can show', async () => {
    const { page } = await opened()
    expect(await iconOf(page)).to.equal(`${messenger.url}/docs/favicon.svg`)
    await page.goto(`${messenger.url}/problems/unavailable`)
    expect(await iconOf(page)).to.equal(`${messenger.url}/docs/favicon.svg`)
    await page.goto(`${messenger.url}/docs/favicon.svg`)
    expect(await page.evaluate<string>('document.documentElement.tagName')).to.equal('svg')
  })
})

const iconOf = (page: Page) => page.evaluate<string>('document.querySelector("link[rel=icon]").href')
