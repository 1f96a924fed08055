import { type Browser, type BrowserContextOptions, chromium, type Page, type Request } from 'playwright-core'
import { releasing } from '../../releasing.ts'
import { ARGS, findBrowser } from '../chromium.ts'

/** A browser for the tests of a suite, which are skipped where there is none. Pages are closed after each test. */
export const aBrowser = () => {
  let browser: Browser | undefined
  const hold = releasing()
  before(async function () {
    const executablePath = findBrowser()
    if (executablePath === undefined) {
      console.log('    no Chromium or Chrome on this machine: nobody looked at the console')
      return this.skip()
    }
    browser = await chromium.launch({ executablePath, args: ARGS })
  })
  after(() => browser?.close())

  return {
    hold,
    /** A window of somebody, in a browser of their own, that complains of nothing and asks only the service. */
    aWindow: async (url: string, options: BrowserContextOptions = {}): Promise<Window> => {
      const context = hold(
        await (browser as Browser).newContext({ viewport: { width: 1280, height: 800 }, ...options }),
        (one) => one.close(),
      )
      const page = await context.newPage()
      page.setDefaultTimeout(20_000)
      const seen = watch(page)
      await page.goto(url)
      return { page, ...seen }
    },
  }
}

export interface Window {
  readonly page: Page
  /** What was asked for. */
  readonly requests: Request[]
  /** Errors and warnings in the console of the browser, violations of the policy among them. */
  readonly complaints: string[]
}

const watch = (page: Page) => {
  const requests: Request[] = []
  const complaints: string[] = []
  page.on('request', (request) => requests.push(request))
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (line) => ['error', 'warning'].includes(line.type()) && complaints.push(line.text()))
  return { requests, complaints }
}

/** The same words in the languages of the page. */
const USER = /^(User id|Пользователь)$/
const TOKEN = /^(Token or API key|Токен или ключ API)$/

/** Begins as the user; as a service when there is none. */
export const beginAs = async (page: Page, user = '') => {
  await page.getByLabel(USER).fill(user)
  await page.keyboard.press('Enter')
  await page.locator('nav').waitFor()
}

export const beginWith = async (page: Page, token: string, user = '') => {
  await page.getByLabel(TOKEN).fill(token)
  if (user !== '') await page.getByLabel(USER).fill(user)
  await page.keyboard.press('Enter')
  await page.locator('nav').waitFor()
}

export const openChat = async (page: Page, title: string) => {
  await page.locator('nav .title').getByText(title, { exact: true }).click()
  await page.locator('header').getByText(title).waitFor()
}

export const field = (page: Page) => page.locator('.composer textarea')

export const write = async (page: Page, text: string) => {
  await field(page).fill(text)
  await field(page).press('Enter')
}

/** The message that says so, in the chat that is open. */
export const messageSaying = (page: Page, text: string) =>
  page.locator('.messages li:not(.day)').filter({ has: page.getByText(text, { exact: true }) })

/** What can be done with a message is shown where the keyboard or the pointer is. */
export const toolOf = async (page: Page, text: string, tool: string) => {
  const message = messageSaying(page, text)
  await message.hover()
  await message.getByRole('button', { name: tool }).click()
}
