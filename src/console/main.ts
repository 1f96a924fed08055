import { render } from 'preact'
import { App } from './app.ts'
import { html } from './html.ts'
import { language, say } from './words.ts'

const root = document.getElementById('console')
if (!root) throw new Error('the page has no place for the console')

document.documentElement.lang = language
document.title = say('messenger')
root.replaceChildren()
render(html`<${App} />`, root)
