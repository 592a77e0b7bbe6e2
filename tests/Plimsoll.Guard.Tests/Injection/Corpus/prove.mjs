// Opens pages in real Chromium: node prove.mjs PLAYWRIGHT FILE. FILE has one page a line, in base64.
// For each page one line of what ran or stands ready to run in it, or an empty one; `checked N` at the end.
import { createRequire } from 'node:module'
import { createServer } from 'node:http'
import { readFileSync } from 'node:fs'

const [playwright, file] = process.argv.slice(2)
const { chromium } = createRequire(import.meta.url)(playwright)
const pages = readFileSync(file, 'latin1').split('\n').filter((line) => line.length > 0).map((line) => Buffer.from(line, 'base64'))
const found = pages.map(() => '')
const together = 60

const server = createServer((request, response) => {
  const page = /^\/page\/(\d+)$/.exec(request.url)?.[1]
  const all = /^\/all\/(\d+)$/.exec(request.url)?.[1]
  if (page === undefined && all === undefined) return response.writeHead(404).end()
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
  if (page !== undefined) return response.end(pages[page])
  const first = Number(all), last = Math.min(first + together, pages.length)
  response.end('<!DOCTYPE html>' + Array.from({ length: last - first }, (_, i) => `<iframe name="page${first + i}" src="/page/${first + i}" width=300 height=200></iframe>`).join(''))
})
await new Promise((done) => server.listen(0, '127.0.0.1', done))
const origin = `http://127.0.0.1:${server.address().port}`

const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-popup-blocking'] })
const context = await browser.newContext()
// A stranger's script, page and style sheet, whatever is asked of it.
await context.route((url) => url.hostname === 'stranger.test', (route) => {
  const kind = route.request().resourceType()
  const [contentType, body] = kind === 'script' ? ['text/javascript', 'alert(1)'] : kind === 'stylesheet' ? ['text/css', 'p{}'] : ['text/html', '<script>alert(1)</script>']
  return route.fulfill({ status: 200, contentType, body, headers: { 'access-control-allow-origin': '*' } })
})
await context.route((url) => !['stranger.test', '127.0.0.1'].includes(url.hostname) && /^https?:$/.test(url.protocol), (route) => route.abort())
await context.exposeBinding('plimsollMark', ({ frame }, how) => mark(frame, how))
await context.addInitScript(() => {
  for (const name of ['alert', 'confirm', 'prompt', 'print']) window[name] = () => { window.plimsollMark(`${name} ran`) }
})

function mark(frame, how) {
  for (let at = frame; at; at = at.parentFrame()) {
    const number = /^page(\d+)$/.exec(at.name())?.[1]
    if (number !== undefined && at.parentFrame() === at.page().mainFrame()) { found[number] ||= how; return }
  }
}

// What would run once somebody clicked, moved, typed; and what a stranger could change of the page at any time.
function ready() {
  const isScript = (address) => { try { return new URL(address, document.baseURI).protocol === 'javascript:' } catch { return false } }
  for (const element of document.querySelectorAll('*')) {
    const tag = element.localName
    for (const { name } of [...element.attributes]) if (name.startsWith('on')) {
      if (typeof element[name] === 'function') return `${tag} has ${name}`
      element.dispatchEvent(new Event(name.slice(2))) // Some handlers have no property.
    }
    if ((tag === 'a' || tag === 'area') && element.hasAttribute('href') && isScript(element.getAttribute('href'))) return `${tag} leads to script`
    if (tag === 'a' && element.href?.baseVal !== undefined && (isScript(element.href.baseVal) || isScript(element.href.animVal))) return 'a of svg leads to script'
    if (tag === 'form' && element.getAttribute('action') && isScript(element.getAttribute('action'))) return 'form leads to script'
    if ((tag === 'button' || tag === 'input' && ['submit', 'image'].includes(element.type)) && element.form && element.hasAttribute('formaction') && isScript(element.getAttribute('formaction'))) return `${tag} leads to script`
    if (tag === 'link' && element.sheet && new URL(element.href).hostname === 'stranger.test') return 'link has a stranger\'s sheet'
    if (tag === 'style' && element.sheet) for (const rule of element.sheet.cssRules) if (rule instanceof CSSImportRule && new URL(rule.href, document.baseURI).hostname === 'stranger.test') return 'style has a stranger\'s sheet'
  }
  return ''
}

for (let first = 0; first < pages.length; first += together) {
  const page = await context.newPage()
  page.on('dialog', (dialog) => dialog.dismiss().catch(() => {}))
  await page.goto(`${origin}/all/${first}`, { waitUntil: 'load', timeout: 60000 }).catch(() => {})
  await page.waitForTimeout(400)
  for (const frame of page.mainFrame().childFrames()) {
    const said = await Promise.race([frame.evaluate(ready).catch(() => ''), new Promise((done) => setTimeout(done, 10000, ''))])
    if (said) mark(frame, said)
  }
  await page.waitForTimeout(100) // Marks of the last frame are on their way.
  await page.close()
}
await browser.close()
server.close()
console.log(found.join('\n'))
console.log(`checked ${pages.length}`)
