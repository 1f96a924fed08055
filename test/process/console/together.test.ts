import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { createClient } from '../../../src/client/index.ts'
import { goal } from '../../goal.ts'
import { memoryStorage, overEachStorage, served } from '../../served.ts'
import { until } from '../../until.ts'
import { aBrowser, beginAs, field, messageSaying, openChat, toolOf, type Window, write } from './desk.ts'

/** Bytes that a page may ask for until it is there, the client among them. */
const MOST_BYTES = 100_000

describe('The console', function () {
  this.timeout(120_000)
  const { aWindow, hold } = aBrowser()

  overEachStorage((storage) => {
    const aService = async () => hold(await served(await storage()), ({ stop }) => stop())

    it('shows two people in two windows what each does, within a second', async () => {
      const { url } = await aService()
      const [alice, bob] = await Promise.all([aWindow(url), aWindow(url)])
      await Promise.all([beginAs(alice.page, 'alice'), beginAs(bob.page, 'bob')])

      await alice.page.getByRole('button', { name: 'Open a chat' }).click()
      await alice.page.getByLabel('Title').fill('Release party')
      await alice.page.getByLabel('Members').fill('bob')
      await alice.page.keyboard.press('Enter')
      await write(alice.page, 'Who brings the cake?')
      await bob.page.getByText('1 unread message').waitFor({ state: 'attached' })
      expect(await bob.page.title()).to.equal('(1) Messenger')

      await openChat(bob.page, 'Release party')
      await messageSaying(bob.page, 'Who brings the cake?').waitFor()
      await until(async () => (await bob.page.title()) === 'Messenger')

      const begun = performance.now()
      await write(alice.page, 'And plates?')
      await messageSaying(bob.page, 'And plates?').waitFor()
      expect(performance.now() - begun, 'milliseconds').to.be.below(goal(1000))

      await field(bob.page).pressSequentially('I')
      await alice.page.getByText('bob is typing…').waitFor()
      await toolOf(bob.page, 'Who brings the cake?', 'Reply')
      await write(bob.page, 'I do.')
      await messageSaying(alice.page, 'I do.').getByText('Reply to message 1').waitFor()
      await alice.page.getByText('bob is typing…').waitFor({ state: 'detached' })

      await toolOf(alice.page, 'I do.', 'React')
      await messageSaying(alice.page, 'I do.').getByRole('button', { name: '🎉' }).click()
      await messageSaying(bob.page, 'I do.').getByRole('button', { name: '🎉 1', pressed: false }).click()
      await messageSaying(alice.page, 'I do.').getByRole('button', { name: '🎉 2', pressed: true }).waitFor()

      await toolOf(bob.page, 'I do.', 'Edit')
      await write(bob.page, 'Carol does.')
      await messageSaying(alice.page, 'Carol does.').getByText('edited', { exact: true }).waitFor()

      await toolOf(alice.page, 'Carol does.', 'Delete')
      await alice.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
      await bob.page.getByText('This message was deleted.').waitFor()
      for (const { complaints, requests } of [alice, bob]) {
        expect(complaints).to.deep.equal([])
        expect([...new Set(requests.map((request) => new URL(request.url()).origin))]).to.deep.equal([url])
      }
    })
  })
})

describe('The page of the console', function () {
  this.timeout(120_000)
  const { aWindow, hold } = aBrowser()
  const aService = async () => hold(await served(memoryStorage()), ({ stop }) => stop())

  const bytesOf = async ({ requests }: Window) => {
    const files = requests.filter((request) => request.resourceType() !== 'fetch')
    const bodies = await Promise.all(files.map(async (file) => (await (await file.response())?.body()) ?? Buffer.of()))
    return bodies.reduce((sum, body) => sum + body.length, 0)
  }

  for (const locale of ['en-GB', 'ru-RU'])
    it(`is small and soon there, the client included: ${locale}`, async () => {
      const { url } = await aService()
      const window = await aWindow(url, { locale })
      await window.page.locator('form').waitFor()
      const bytes = await bytesOf(window)
      const paint = await window.page.evaluate<number>(
        `performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN`,
      )
      console.log(`    ${bytes} bytes, first contentful paint after ${Math.round(paint)} ms`)
      expect(bytes).to.be.above(30_000).and.below(MOST_BYTES)
      expect(paint).to.be.below(goal(1000))
    })

  it('shows each request with a command that repeats it, and each event', async () => {
    const { url } = await aService()
    const client = createClient({ baseUrl: url })
    const { id } = await client.as('alice').createChat({ title: "Alice's" })
    const { page } = await aWindow(url, { viewport: { width: 1400, height: 800 } })
    await beginAs(page, 'alice')
    await openChat(page, "Alice's")
    await write(page, "It's here")
    await messageSaying(page, "It's here").waitFor()
    const requests = page.getByRole('complementary', { name: 'Requests' })
    await requests.getByText('← message').waitFor()
    await requests.getByText(`/chats/${id}/messages/ 201`).click()
    const command = await requests.locator('details[open] code').innerText()
    expect(command).to.include('-H ')
    const said = JSON.parse((await promisify(execFile)('sh', ['-c', `${command} -s`])).stdout) as { id: number }
    expect(said.id, 'the key of the request is the same, so it is done once').to.equal(1)
    expect((await client.listMessages(id)).entries).to.have.length(1)
  })

  it('reads itself again as the same user in the same chat, of whom the address says nothing', async () => {
    const { url } = await aService()
    await createClient({ baseUrl: url }).as('alice').createChat({ title: 'Release party' })
    const { page } = await aWindow(url)
    await beginAs(page, 'alice')
    await openChat(page, 'Release party')
    await write(page, 'Still here?')
    await messageSaying(page, 'Still here?').waitFor()
    await page.reload()
    await messageSaying(page, 'Still here?').waitFor()
    expect(page.url()).to.equal(`${url}/#/chats/1`)
    const other = await aWindow(url)
    await other.page.getByLabel('User id').waitFor()
  })

  it('says that a chat was deleted, and leaves it', async () => {
    const { url } = await aService()
    const client = createClient({ baseUrl: url }).as('alice')
    const { id } = await client.createChat({ title: 'Release party', members: [{ user_id: 'bob', role: 'member' }] })
    const [{ page, complaints }, removed] = await Promise.all([aWindow(url), aWindow(url)])
    await Promise.all([beginAs(page, 'alice'), beginAs(removed.page, 'bob')])
    await Promise.all([openChat(page, 'Release party'), openChat(removed.page, 'Release party')])
    await client.removeMember(id, 'bob')
    await removed.page.getByRole('alert').getByText('not for you').waitFor()
    await page.getByRole('button', { name: 'Members' }).click()
    await page.getByRole('button', { name: 'Delete the chat' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete the chat' }).click()
    await page.getByRole('alert').getByText('The chat was deleted.').waitFor()
    await page.getByText('No chats yet').waitFor()
    expect([page.url(), complaints]).to.deep.equal([`${url}/#`, []])
  })

  it('sees to members: adds one, gives it another role, removes it', async () => {
    const { url } = await aService()
    const client = createClient({ baseUrl: url })
    const { id } = await client.as('alice').createChat({ title: 'Release party' })
    const { page, complaints } = await aWindow(url)
    await beginAs(page, 'alice')
    await openChat(page, 'Release party')
    await page.getByRole('button', { name: 'Members' }).click()
    const members = page.getByRole('complementary', { name: 'Members' })
    await members.getByLabel('User id').fill('bob')
    await members.getByRole('button', { name: 'Add' }).click()
    await members.getByLabel('Role of bob').selectOption('moderator')
    await until(async () => (await client.getMember(id, 'bob')).role === 'moderator')
    await members.getByRole('button', { name: 'Remove bob' }).click()
    await members.getByText('bob', { exact: true }).waitFor({ state: 'detached' })
    expect((await client.listMembers(id)).entries.map(({ user_id }) => user_id)).to.deep.equal(['alice'])
    expect(complaints).to.deep.equal([])
  })

  it('acts as a service, too, which sees every chat', async () => {
    const { url } = await aService()
    const client = createClient({ baseUrl: url })
    for (const user of ['alice', 'bob']) await client.as(user).createChat({ title: `Of ${user}` })
    const { page, complaints } = await aWindow(url)
    await beginAs(page)
    await page.locator('nav').getByText('Of bob').waitFor()
    await openChat(page, 'Of alice')
    await write(page, 'For nobody')
    await messageSaying(page, 'For nobody').getByText('Service').waitFor()
    expect(complaints).to.deep.equal([])
  })
})
