import { expect } from 'chai'
import { type Browser, chromium, type Page } from 'playwright-core'
import type { Messenger } from '../../src/messenger.ts'
import { type ChatBody, clientOf } from '../client.ts'
import { memoryStorage, served } from '../served.ts'
import { ARGS, findBrowser } from './chromium.ts'

describe('Swagger UI in a browser', () => {
  let browser: Browser | undefined
  let messenger: Messenger | undefined

  before(async function () {
    const executablePath = findBrowser()
    if (executablePath === undefined) {
      console.log('    no Chromium or Chrome on this machine: nobody looked at the documentation')
      return this.skip()
    }
    browser = await chromium.launch({ executablePath, args: ARGS })
  })

  after(async () => browser?.close())

  beforeEach(async () => {
    messenger = await served(memoryStorage())
  })

  afterEach(async () => {
    for (const context of browser?.contexts() ?? []) await context.close()
    await messenger?.stop()
  })

  /** A page, everything it asks for and everything it complains of (violations of the content policy, too). */
  const aPage = async () => {
    const page = await (browser as Browser).newPage()
    const requests: string[] = []
    const complaints: string[] = []
    page.on('request', (request) => requests.push(request.url()))
    page.on('requestfailed', (request) => complaints.push(`${request.url()} ${request.failure()?.errorText}`))
    page.on('response', (answer) => answer.status() >= 400 && complaints.push(`${answer.url()} ${answer.status()}`))
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('console', (line) => ['error', 'warning'].includes(line.type()) && complaints.push(line.text()))
    return { page, requests, complaints }
  }

  const createChatOn = async (page: Page, title: string) => {
    const operation = page.locator('.opblock[id$="-createChat"]')
    await operation.locator('.opblock-summary').click()
    await operation.getByRole('button', { name: 'Try it out' }).click()
    await operation.locator('textarea.body-param__text').fill(JSON.stringify({ title }))
    await operation.getByRole('button', { name: 'Execute' }).click()
    const answer = operation.locator('.live-responses-table tbody .response').first()
    return {
      status: (await answer.locator('.response-col_status').innerText()).trim(),
      body: JSON.parse(await answer.locator('.highlight-code pre').first().innerText()) as ChatBody,
    }
  }

  const onlyFrom = (url: string, requests: readonly string[], ...paths: readonly string[]) => {
    const asked = requests.map((request) => new URL(request)).filter(({ protocol }) => protocol !== 'data:')
    expect(asked.map(({ pathname }) => pathname)).to.include.members([...paths])
    expect([...new Set(asked.map(({ origin }) => origin))]).to.deep.equal([url])
  }

  it('lets one try things out, without asking any other machine or breaking its own policy', async () => {
    const { url } = messenger as Messenger
    const { page, requests, complaints } = await aPage()
    expect((await page.goto(`${url}/docs`))?.status()).to.equal(200)
    const { status, body } = await createChatOn(page, 'Tried out')
    expect(status).to.match(/^201/)
    expect(body.title).to.equal('Tried out')
    expect((await clientOf(url).get<ChatBody>(`/chats/${body.id}`)).json.title).to.equal('Tried out')
    onlyFrom(url, requests, '/docs', '/openapi.yaml', '/chats/')
    expect(complaints).to.deep.equal([])
  })

  it('shows the same when its address ends in a slash', async () => {
    const { url } = messenger as Messenger
    const { page, requests, complaints } = await aPage()
    expect((await page.goto(`${url}/docs/`))?.status()).to.equal(200)
    await page.locator('.opblock[id$="-createChat"]').waitFor()
    onlyFrom(url, requests, '/docs/', '/openapi.yaml')
    expect(complaints).to.deep.equal([])
  })
})
