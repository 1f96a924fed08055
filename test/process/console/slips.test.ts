import { expect } from 'chai'
import { createClient } from '../../../src/client/index.ts'
import { memoryStorage, served } from '../../served.ts'
import { until } from '../../until.ts'
import { aBrowser, beginAs, field, messageSaying, openChat, write } from './desk.ts'

describe('The console, used in haste', function () {
  this.timeout(120_000)
  const { aWindow, hold } = aBrowser()

  const aParty = async () => {
    const { url } = hold(await served(memoryStorage()), ({ stop }) => stop())
    const bob = createClient({ baseUrl: url }).as('bob')
    const members = [{ user_id: 'alice', role: 'member' }] as const
    const { id } = await bob.createChat({ title: 'Release party', members })
    return { url, bob, id }
  }

  it('begins as nobody whom no user can be called, and says so', async () => {
    const { url } = await aParty()
    const { page, complaints } = await aWindow(url, { locale: 'ru-RU' })
    const user = page.getByLabel('Пользователь')
    for (const name of ['Анна', 'Mary Ann', '..']) {
      await user.fill(name)
      await page.keyboard.press('Enter')
      expect(await page.locator('input[name=user]:invalid').count(), name).to.equal(1)
    }
    expect(await page.evaluate('sessionStorage.length')).to.equal(0)
    await beginAs(page, ' alice ')
    await openChat(page, 'Release party')
    expect(complaints).to.deep.equal([])
  })

  it('goes back past a chat that is gone', async () => {
    const { url, bob, id } = await aParty()
    const other = await bob.createChat({ title: 'Cake', members: [{ user_id: 'alice', role: 'member' }] })
    const { page } = await aWindow(url)
    await beginAs(page, 'alice')
    await openChat(page, 'Cake')
    await openChat(page, 'Release party')
    await bob.deleteChat(id)
    await page.getByText('The chat was deleted.').waitFor()
    await page.goBack()
    await page.locator('header').getByText('Cake').waitFor()
    expect(page.url()).to.equal(`${url}/#/chats/${other.id}`)
  })

  it('opens one chat, however often that is asked for', async () => {
    const { url, bob } = await aParty()
    const { page } = await aWindow(url)
    await beginAs(page, 'alice')
    await page.getByRole('button', { name: 'Open a chat' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Title').fill('Twice')
    await page.evaluate("for (let times = 0; times < 2; times++) document.querySelector('dialog form').requestSubmit()")
    await page.locator('main header').getByText('Twice').waitFor()
    await write(page, 'Both were answered')
    await messageSaying(page, 'Both were answered').locator('..').locator('[data-id="1"]').waitFor()
    const chats = await bob.as('alice').listChats({ limit: 10 })
    expect(chats.entries.map(({ title }) => title)).to.deep.equal(['Twice', 'Release party'])
  })

  it('sends what was written while another chat is looked at, and has it there when it failed', async () => {
    const { url, bob } = await aParty()
    await bob.createChat({ title: 'Cake', members: [{ user_id: 'alice', role: 'member' }] })
    const { page } = await aWindow(url)
    await beginAs(page, 'alice')
    await openChat(page, 'Release party')
    await page.route('**/messages/', (route) =>
      route.request().method() === 'POST' ? route.abort() : route.continue(),
    )
    await write(page, 'Who brings the candles?')
    await openChat(page, 'Cake')
    await openChat(page, 'Release party')
    await page.getByRole('button', { name: 'Retry' }).waitFor()
    await page.unroute('**/messages/')
    await page.getByRole('button', { name: 'Retry' }).click()
    await page.locator('[data-id="1"]').getByText('Who brings the candles?').waitFor()
    expect(await messageSaying(page, 'Who brings the candles?').count()).to.equal(1)
  })

  it('says no more that something failed once it was tried again', async () => {
    const { url, bob, id } = await aParty()
    const { page } = await aWindow(url)
    await page.route(`**/chats/${id}/events*`, (route) => route.fulfill({ status: 400, body: 'No' }), { times: 1 })
    await beginAs(page, 'alice')
    await openChat(page, 'Release party')
    const alert = page.locator('section').getByRole('alert')
    await alert.getByRole('button', { name: 'Retry' }).click()
    await bob.sendMessage(id, { text: 'Here again' })
    await messageSaying(page, 'Here again').waitFor()
    expect(await alert.count()).to.equal(0)
  })

  it('speaks of many who type as of many, of 21 as well', async () => {
    const { url, bob, id } = await aParty()
    const guests = Array.from({ length: 21 }, (_, index) => `guest-${index}`)
    for (const guest of guests) await bob.putMember(id, guest, { role: 'member' })
    const { page } = await aWindow(url, { locale: 'ru-RU' })
    await beginAs(page, 'alice')
    await openChat(page, 'Release party')
    await field(page).waitFor()
    const typing = page.locator('.typing')
    await until(async () => {
      await Promise.all(guests.map((guest) => bob.as(guest).sendTyping(id)))
      const text = await typing.innerText()
      return guests.every((guest) => text.includes(guest))
    })
    expect(await typing.innerText()).to.match(/ печатают…$/)
  })
})
