import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { createClient } from '../../../src/client/index.ts'
import { memoryStorage, served } from '../../served.ts'
import { until } from '../../until.ts'
import { ARGS, findBrowser } from '../chromium.ts'
import { beginAs, field, messageSaying, openChat } from './desk.ts'

/** Makes the pictures of the README: `npm run screenshots`. Look at them before they are kept. */
const FOLDER = fileURLToPath(new URL('../../../docs/images/', import.meta.url))

const WIDE = { width: 1280, height: 720 }
const NARROW = { width: 390, height: 720 }

const executablePath = findBrowser()
if (executablePath === undefined) throw new Error('there is no Chromium or Chrome on this machine')
mkdirSync(FOLDER, { recursive: true })
const messenger = await served(memoryStorage())
const browser = await chromium.launch({ executablePath, args: ARGS })

const [alice, bob, carol] = ['alice', 'bob', 'carol'].map((user) => createClient({ baseUrl: messenger.url }).as(user))
if (!alice || !bob || !carol) throw new Error('somebody is missing')

const members = ['bob', 'carol'].map((user_id) => ({ user_id, role: 'member' as const }))
const { id } = await alice.createChat({ title: 'Release party', members })
const say = (who: typeof alice, text: string, reply_to?: number) =>
  who.sendMessage(id, { text, ...(reply_to !== undefined && { reply_to }) })
await say(alice, 'Shall we ship it on Friday?')
await say(bob, 'Not on a Friday.', 1)
await say(carol, 'Monday, then. Who brings the cake?')
await say(alice, 'I do. Bob, plates?')
await say(bob, 'Plates and candles.', 4)
await Promise.all([alice, carol].map((who) => who.addReaction(id, 3, '😂')))
await bob.addReaction(id, 4, '❤')
for (const [title, text] of [
  ['Order 4711', 'The blue cover, please.'],
  ['Support', 'It works again. Thank you!'],
] as const) {
  const other = await bob.createChat({ title, members: [{ user_id: 'alice', role: 'member' }] })
  await bob.sendMessage(other.id, { text })
}

const picture = async (name: string, options: BrowserContextOptions, prepare: (page: Page) => Promise<void>) => {
  const context = await browser.newContext({ ...options, timezoneId: 'Europe/London' })
  const page = await context.newPage()
  await page.goto(messenger.url)
  await beginAs(page, 'alice')
  await openChat(page, 'Release party')
  await messageSaying(page, 'Plates and candles.').waitFor()
  await page.mouse.move(0, 0)
  await prepare(page)
  await page.screenshot({ path: `${FOLDER}${name}.png` })
  await context.close()
}

/** Bob types, which is told once in 3 seconds; alice does as well. */
const atWork = async (page: Page) => {
  await until(async () => {
    await bob.sendTyping(id)
    return page.locator('.typing').getByText('bob').isVisible()
  })
  await field(page).fill('And forks…')
}

try {
  await picture('console-light', { viewport: WIDE, colorScheme: 'light', locale: 'en-GB' }, async (page) => {
    await page.locator('.requests summary').filter({ hasText: '/members/alice' }).first().click()
    await atWork(page)
  })
  await picture('console-dark', { viewport: WIDE, colorScheme: 'dark', locale: 'ru-RU' }, async (page) => {
    await atWork(page)
    await page.getByRole('button', { name: 'Запросы' }).click()
    await page.getByRole('button', { name: 'Участники' }).click()
    await page.getByLabel('Роль: bob').waitFor()
  })
  await picture('console-narrow', { viewport: NARROW, colorScheme: 'light', locale: 'en-GB' }, atWork)
  await picture('console-narrow-dark', { viewport: NARROW, colorScheme: 'dark', locale: 'en-GB' }, atWork)
} finally {
  await browser.close()
  await messenger.stop()
}
