// Records what real clients send, one file for each connection: `node record.mjs`, in this folder. Everything runs on the
// loopback interface. Needs curl, wget, python3, go and chromium, and playwright-core where PLAYWRIGHT says.
// `node record.mjs --through` records nothing: it says the port of its server, reads the port of a gateway in front of it,
// and has the clients go through that; with `chromium` behind it the browser does, else all the others.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { connect, createServer as createTap } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const folder = mkdtempSync(join(tmpdir(), 'record-'))
const file = join(folder, 'file.txt')
writeFileSync(file, 'The load line.\n'.repeat(20))
const etag = '"a1"'
const pages = {
  '/page': ['text/html', '<!doctype html><link rel=stylesheet href=/style.css><img src=/image.png><script src=/script.js></script><a id=get href=/file download>file</a><form method=post action=/form><input name=a value="b c"><input name=d value=é><button id=send></button></form><form method=post action=/upload enctype=multipart/form-data><input type=file name=f><input name=t value=x><button id=upload></button></form>'],
  '/style.css': ['text/css', 'body{color:#000}'],
  '/script.js': ['text/javascript', '1'],
  '/image.png': ['image/png', Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==', 'base64')],
}

const server = createServer((request, response) => {
  const path = request.url.split('?')[0]
  request.resume().on('end', () => {
    if (path === '/redirect') return response.writeHead(302, { Location: '/page' }).end()
    if (request.headers['if-none-match'] === etag) return response.writeHead(304, { ETag: etag }).end()
    const [type, body] = pages[path] ?? ['text/plain', 'The load line.\n'.repeat(20)]
    const bytes = Buffer.from(body)
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '')
    const head = { 'Content-Type': type, ETag: etag, 'Accept-Ranges': 'bytes', 'Cache-Control': 'no-cache', ...(path === '/page' ? { 'Set-Cookie': ['session=abc123; Path=/', 'theme=dark'] } : {}) }
    if (!range) return response.writeHead(200, { ...head, 'Content-Length': bytes.length }).end(bytes)
    const [from, to] = [Number(range[1]), range[2] ? Number(range[2]) : bytes.length - 1]
    response.writeHead(206, { ...head, 'Content-Range': `bytes ${from}-${to}/${bytes.length}`, 'Content-Length': to - from + 1 }).end(bytes.subarray(from, to + 1))
  })
})
server.on('upgrade', (request, socket) => {
  const accept = createHash('sha1').update(request.headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11').digest('base64')
  socket.on('error', () => {})
  socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`)
  // The first text frame comes back, without its mask.
  socket.once('data', frame => {
    const length = frame[1] & 127
    const text = Buffer.from(frame.subarray(6, 6 + length).map((byte, i) => byte ^ frame[2 + i % 4]))
    socket.write(Buffer.concat([Buffer.from([0x81, length]), text]))
  })
})
await new Promise(done => server.listen(0, '127.0.0.1', done))

const lines = []
const tap = createTap(near => {
  const line = []
  lines.push(line)
  const far = connect(server.address().port, '127.0.0.1')
  near.on('data', bytes => { line.push(bytes); far.write(bytes) }).on('end', () => far.end()).on('error', () => far.destroy())
  far.pipe(near).on('error', () => near.destroy())
})
await new Promise(done => tap.listen(0, '127.0.0.1', done))
const through = process.argv[2] === '--through'
const browses = process.argv[3] === 'chromium'
let port = tap.address().port
if (through) {
  console.log(server.address().port)
  for await (const line of createInterface({ input: process.stdin })) { port = Number(line); break }
}
const origin = `http://localhost:${port}`

async function record(name, act) {
  if (through && browses !== name.startsWith('chromium')) return
  for (const line of lines) line.length = 0 // Kept connections begin anew: all is between two requests.
  await act()
  if (through) return console.log(name)
  await new Promise(done => setTimeout(done, 200))
  const sent = lines.map(line => Buffer.concat(line)).filter(bytes => bytes.length)
  if (!sent.length) throw new Error(`${name} sent nothing`)
  sent.forEach((bytes, i) => writeFileSync(`${name}${sent.length > 1 ? `-${i + 1}` : ''}.http`, bytes))
  console.log(`${name}: ${sent.map(bytes => bytes.length).join(' ')}`)
}

const run = (program, args, options) => new Promise((done, fail) => {
  const child = spawn(program, args, { cwd: folder, stdio: [options?.input ? 'pipe' : 'ignore', 'ignore', 'inherit'] })
  if (options?.input) child.stdin.end(options.input)
  child.on('exit', code => code && !options?.mayFail ? fail(new Error(`${program} ${args.join(' ')} ended with ${code}`)) : done())
})
const curl = (...args) => run('curl', ['-s', '-S', ...args])

await record('curl-get', () => curl(`${origin}/page?a=b&c=%20d`))
await record('curl-two-urls', () => curl(`${origin}/page`, `${origin}/file`))
await record('curl-head', () => curl('-I', `${origin}/page`))
await record('curl-redirect', () => curl('-L', `${origin}/redirect`))
await record('curl-form', () => curl('-d', 'a=b', '--data-urlencode', 'c=d e&f', `${origin}/form`))
await record('curl-json', () => curl('-H', 'Content-Type: application/json', '-d', '{"a":[1,2,{"b":null}]}', `${origin}/form`))
await record('curl-multipart', () => curl('-F', 'a=b', '-F', `f=@${file}`, `${origin}/upload`))
await record('curl-put', () => curl('-T', file, `${origin}/file`))
await record('curl-put-chunked', () => curl('-H', 'Transfer-Encoding: chunked', '-H', 'Expect:', '-T', file, `${origin}/file`))
await record('curl-expect', () => curl('-H', 'Expect: 100-continue', '-d', `@${file}`, `${origin}/form`))
await record('curl-range', () => curl('-r', '10-20', `${origin}/file`))
await record('curl-ranges', () => curl('-r', '0-1,5-9', `${origin}/file`))
await record('curl-conditional', () => curl('-H', `If-None-Match: ${etag}`, '-H', 'If-Modified-Since: Wed, 01 Jan 2025 00:00:00 GMT', `${origin}/page`))
await record('curl-basic', () => curl('-u', 'user:secret', '-b', 'a=b; c=d', '--compressed', `${origin}/page`))
await record('curl-1.0', () => curl('-0', `${origin}/page`))
await record('curl-delete', () => curl('-X', 'DELETE', `${origin}/file/1`))
await record('curl-options', () => curl('-X', 'OPTIONS', '-H', 'Origin: http://other.test', '-H', 'Access-Control-Request-Method: PUT', `${origin}/file`))
await record('wget-get', () => run('wget', ['-q', '-O', '/dev/null', `${origin}/page`]))
await record('wget-spider', () => run('wget', ['-q', '--spider', `${origin}/page`]))
await record('wget-post', () => run('wget', ['-q', '-O', '/dev/null', `--post-file=${file}`, `${origin}/form`]))
await record('wget-continue', () => { writeFileSync(join(folder, 'part'), 'The load'); return run('wget', ['-q', '-c', '-O', 'part', `${origin}/file`]) })
await record('wget-page-requisites', () => run('wget', ['-q', '-p', '-P', 'tree', `${origin}/page`]))

const python = code => run('python3', ['-c', `import http.client, urllib.request as u, urllib.parse as p\no=${JSON.stringify(origin)}\n${code}`])
await record('python-get', () => python('u.urlopen(o + "/page?a=b").read()'))
await record('python-form', () => python('u.urlopen(o + "/form", p.urlencode({"a": "b c", "d": "é"}).encode()).read()'))
await record('python-put', () => python('u.urlopen(u.Request(o + "/file", b"x" * 300, {"Content-Type": "application/octet-stream"}, method="PUT")).read()'))
await record('python-chunked', () => python('c = http.client.HTTPConnection(o[7:]); c.request("POST", "/form", iter([b"one", b"two" * 50]), encode_chunked=True, headers={"Transfer-Encoding": "chunked"}); c.getresponse().read()'))
await record('python-keep-alive', () => python('c = http.client.HTTPConnection(o[7:])\nfor path in ("/page", "/file", "/style.css"):\n  c.request("GET", path); c.getresponse().read()'))

const node = code => run('node', ['--input-type=module', '-e', `const o=${JSON.stringify(origin)}\n${code}`])
await record('node-fetch-get', () => node('await (await fetch(o + "/page?q=é", { headers: { Authorization: "Bearer abc.def" } })).text()'))
await record('node-fetch-json', () => node('await (await fetch(o + "/form", { method: "PATCH", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ a: 1 }) })).text()'))
await record('node-fetch-multipart', () => node('const f = new FormData(); f.set("a", "b"); f.set("f", new Blob(["hello".repeat(40)]), "ü.txt"); await (await fetch(o + "/upload", { method: "POST", body: f })).text()'))
await record('node-fetch-stream', () => node('await (await fetch(o + "/form", { method: "POST", duplex: "half", body: new ReadableStream({ pull(c) { c.enqueue(Buffer.from("one piece ")); if ((this.n = (this.n ?? 0) + 1) > 4) c.close() } }) })).text()'))
await record('node-http-agent', () => node('import http from "node:http"; const agent = new http.Agent({ keepAlive: true, maxSockets: 1 }); for (const p of ["/page", "/file", "/script.js"]) await new Promise(d => http.get(o + p, { agent }, r => r.resume().on("end", d))); agent.destroy()'))

const main = join(folder, 'main.go')
const go = code => {
  writeFileSync(main, `package main
import ("bytes"; "io"; "mime/multipart"; "net/http"; "strings"; "time")
const o = ${JSON.stringify(origin)}
var _ = bytes.NewBuffer; var _ multipart.File; var _ = strings.NewReader; var _ = time.Second
func do(r *http.Response, err error) { if err != nil { panic(err) }; io.Copy(io.Discard, r.Body); r.Body.Close() }
func send(method, path string, body io.Reader, fields ...string) { q, _ := http.NewRequest(method, o + path, body); for i := 0; i < len(fields); i += 2 { q.Header.Set(fields[i], fields[i+1]) }; do(http.DefaultClient.Do(q)) }
func main() { ${code} }
`)
  return run('go', ['run', main])
}
await record('go-get', () => go('do(http.Get(o + "/page?a=b"))'))
await record('go-head', () => go('do(http.Head(o + "/page"))'))
await record('go-form', () => go('do(http.Post(o + "/form", "application/x-www-form-urlencoded", strings.NewReader("a=b&c=d+e")))'))
await record('go-chunked', () => go('r, w := io.Pipe(); go func() { w.Write([]byte("one")); w.Write([]byte(strings.Repeat("two", 50))); w.Close() }(); send("PUT", "/file", r)'))
await record('go-multipart', () => go('var b bytes.Buffer; m := multipart.NewWriter(&b); f, _ := m.CreateFormFile("f", "a b.txt"); f.Write([]byte("hello")); m.WriteField("t", "x"); m.Close(); do(http.Post(o + "/upload", m.FormDataContentType(), &b))'))
await record('go-expect', () => go('http.DefaultTransport.(*http.Transport).ExpectContinueTimeout = time.Second; send("POST", "/form", strings.NewReader("a=b"), "Expect", "100-continue")'))
await record('go-keep-alive', () => go('for _, p := range []string{"/page", "/file", "/script.js"} { do(http.Get(o + p)) }; send("GET", "/file", nil, "Range", "bytes=5-")'))

if (through && !browses) process.exit()
const { chromium } = createRequire(import.meta.url)(process.env.PLAYWRIGHT ?? 'playwright-core')
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
const page = await browser.newPage()
await record('chromium-page', () => page.goto(`${origin}/page`))
await record('chromium-reload', () => page.reload())
await record('chromium-download', async () => { const got = page.waitForEvent('download'); await page.click('#get'); await (await got).path() })
await record('chromium-form', () => Promise.all([page.waitForNavigation(), page.click('#send')]))
await page.goto(`${origin}/page`)
await page.setInputFiles('input[type=file]', file)
await record('chromium-upload', () => Promise.all([page.waitForNavigation(), page.click('#upload')]))
await record('chromium-fetch', () => page.evaluate(async () => { await (await fetch('/file', { headers: { Range: 'bytes=3-9' } })).text(); await (await fetch('/form?x=[1]|{2}', { method: 'PUT', body: JSON.stringify({ a: 'é' }) })).text() }))
await record('chromium-websocket', () => page.evaluate(() => new Promise(done => { const w = new WebSocket(`ws://${location.host}/ws`); w.onopen = () => w.send('hello'); w.onmessage = done })))
await browser.close()
tap.close()
server.close()
process.exit()
