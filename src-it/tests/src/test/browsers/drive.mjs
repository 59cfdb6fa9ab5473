// Drives one browser for a test, by puppeteer-core: node drive.mjs chromium|firefox EXECUTABLE PROFILE [PREFERENCES]
//
// PREFERENCES are Firefox's, as JSON. Each line of standard input is a command, its words separated by tabs; each is
// answered by one line: "ok" or "error", a tab, and text in Base64. The first line is the browser's version. The end of
// standard input closes the browser.
import { createInterface } from 'node:readline';
import puppeteer from 'puppeteer-core';

const [kind, executablePath, userDataDir, preferences = '{}'] = process.argv.slice(2);
// In milliseconds. Much: other work may keep the machine busy.
const patience = 90_000;

const browser = await puppeteer.launch({
  executablePath,
  userDataDir,
  headless: process.env.DISPLAY === undefined,
  timeout: patience,
  ...(kind === 'firefox'
    ? { browser: 'firefox', extraPrefsFirefox: JSON.parse(preferences) }
    : { args: ['--no-sandbox', '--disable-gpu', '--lang=en'] }),
});

const tabs = new Map();

async function tab(name) {
  if (!tabs.has(name)) {
    const page = await browser.newPage();
    page.setDefaultTimeout(patience);
    tabs.set(name, page);
  }
  // A tab in the background may never get a click.
  await tabs.get(name).bringToFront();
  return tabs.get(name);
}

const text = (page) => page.$eval('body', (body) => body.innerText);

const commands = {
  // Both give the page's text, once it is loaded.
  async open(name, url) {
    const page = await tab(name);
    await page.goto(url, { waitUntil: 'load' });
    return text(page);
  },
  async click(name, selector) {
    const page = await tab(name);
    await Promise.all([page.waitForNavigation({ waitUntil: 'load' }), page.click(selector)]);
    return text(page);
  },
  // Does not wait: a dialog may come between.
  async press(name, selector) {
    await (await tab(name)).click(selector);
    return '';
  },
  // Nothing while a page is being replaced by the next.
  async text(name) {
    return text(await tab(name)).catch(() => '');
  },
  async evaluate(name, script) {
    return String(await (await tab(name)).evaluate(script));
  },
  async size(name, width, height) {
    await (await tab(name)).setViewport({ width: Number(width), height: Number(height) });
    return '';
  },
  async shot(name, path) {
    const page = await tab(name);
    await page.screenshot({ path, fullPage: true });
    return path;
  },
};

const reply = (kind, value) => process.stdout.write(`${kind}\t${Buffer.from(value).toString('base64')}\n`);

reply('ok', await browser.version());
for await (const line of createInterface({ input: process.stdin })) {
  const [verb, ...words] = line.split('\t');
  try {
    reply('ok', await commands[verb](...words));
  } catch (problem) {
    reply('error', String(problem.stack ?? problem));
  }
}
await browser.close();
