import { type Browser, chromium, type Page } from 'playwright-core'
import { until } from '../until.ts'
import { ARGS, findBrowser } from '../process/chromium.ts'

/** A page of somebody's own, and what it complained of: what its policy or the messenger's does not allow is among that. */
const aPage = async (browser: Browser, complaints: string[]): Promise<Page> => {
  const page = await (await browser.newContext()).newPage()
  page.setDefaultTimeout(30_000)
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    // The first question is whether somebody is logged in, and nobody is.
    if (message.type() === 'error' && !/ 401 /.test(message.text())) complaints.push(message.text())
  })
  return page
}

const send = async (page: Page, text: string) => {
  await page.fill('#chat [name=text]', text)
  await page.click('#chat [name=send]')
}

const hasMessage = (page: Page, text: string) => page.waitForSelector(`#chat li:has-text("${text}")`)

/** A visitor and an agent, in windows of their own. Where there is no browser, nobody looks. */
export const lookAtWidget = async (site: string): Promise<void> => {
  const executablePath = findBrowser()
  if (executablePath === undefined)
    return console.log('  no Chromium or Chrome on this machine: nobody looked at the pages')
  const browser = await chromium.launch({ executablePath, args: ARGS })
  try {
    const complaints: string[] = []
    const [joe, anna] = [await aPage(browser, complaints), await aPage(browser, complaints)]
    await joe.goto(`${site}/`)
    await joe.fill('#login [name=name]', 'joe')
    await joe.click('#login button')
    await send(joe, 'My order is <b>late</b>.')
    await hasMessage(joe, 'My order is <b>late</b>.')

    await anna.goto(`${site}/agent.html`)
    await anna.fill('#login [name=name]', 'anna')
    await anna.fill('#login [name=password]', 'open-sesame')
    await anna.click('#login button')
    await until(async () => (await anna.title()) === '(1) Agents')
    await anna.click('#inbox button:has-text("Support for visitor-joe (1)")')
    await hasMessage(anna, 'My order is <b>late</b>.')
    await until(async () => (await anna.title()) === 'Agents')

    await anna.locator('#chat [name=text]').pressSequentially('Which one?')
    await joe.waitForSelector('#chat [role=status]:has-text("anna is typing")')
    await anna.click('#chat [name=send]')
    await hasMessage(joe, 'Which one?')
    await until(async () => (await joe.textContent('#chat [role=status]')) === '')

    // Logged in already; the chat is the same, and what was said is there.
    await joe.reload()
    await hasMessage(joe, 'Which one?')
    if (complaints.length > 0) throw new Error(`the pages complain: ${complaints.join('\n')}`)
  } finally {
    await browser.close()
  }
}
