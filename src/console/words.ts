import type { Words } from './words-en.ts'

const languageOf = (tag: string) => tag.slice(0, 2).toLowerCase()

/** The first of the browser's languages that the page speaks, as it is spoken there; English when it speaks none of them. */
const locale = navigator.languages.find((tag) => ['en', 'ru'].includes(languageOf(tag))) ?? 'en'

export const language = languageOf(locale)

/** Only the one that is spoken is loaded. */
const spoken = language === 'ru' ? import('./words-ru.ts') : import('./words-en.ts')
const words: Words = (await spoken).words
const plural = new Intl.PluralRules(locale)

type Filling = Readonly<Record<string, string | number>>

const filled = (text: string, filling: Filling) =>
  text.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(filling[name] ?? ''))

type Plain = { [Name in keyof Words]: Words[Name] extends string ? Name : never }[keyof Words]

export const say = (name: Plain, filling: Filling = {}): string => filled(words[name], filling)

export const sayOf = (name: Exclude<keyof Words, Plain>, n: number, filling: Filling = {}): string => {
  const forms: Readonly<Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }> = words[name]
  return filled(forms[plural.select(n)] ?? forms.other, { n, ...filling })
}

const time = new Intl.DateTimeFormat(locale, { timeStyle: 'short' })
const day = new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long' })
const shortDay = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' })

export const timeOf = (at: string): string => time.format(new Date(at))
export const dayOf = (at: string): string => day.format(new Date(at))

/** The time of today, else the day. */
export const whenOf = (at: string, now = new Date()): string =>
  new Date(at).toDateString() === now.toDateString() ? timeOf(at) : shortDay.format(new Date(at))

const list = new Intl.ListFormat(locale)
/** Names, as the language lists them. */
export const listOf = (names: Iterable<string>): string => list.format(names)
