// Two people live on a whole app in the browser, by keyboard and mouse: what one does the other sees, and nobody reloads anything.
// With MILLPOND_SCREENSHOTS set to a folder, each step leaves a picture there.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { backend } from './app-backend.mjs';
import { BOUND_MS, launch, Page, Site } from './browser.mjs';
import { Millpond } from './millpond.mjs';

let millpond, site, browser;

before(async () => {
  millpond = await Millpond.start();
  site = await Site.open(['app.jsx']);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  site?.close();
  await millpond?.close();
});

/** One of a person's pages, by what a person sees and can press. */
class Person extends Page {
  static async joins(name) {
    const query = new URLSearchParams({ base_url: millpond.url, api_key: Person.app.key });
    const page = await browser.newPage({ viewport: { width: 900, height: 900 } });
    page.setDefaultTimeout(BOUND_MS);
    const person = new Person(page);
    await page.goto(`${site.origin}/app?${query}`);
    // By keyboard: the name, then Enter.
    await page.getByLabel('Your name').focus();
    await page.keyboard.type(name);
    await page.keyboard.press('Enter');
    await person.at('Home');
    return person;
  }

  at(place) {
    return this.page.getByRole('main', { name: place, exact: true }).waitFor();
  }

  async go(place) {
    await this.page.getByRole('navigation').getByRole('button', { name: place }).click();
    await this.at(place);
  }

  button(name, within = this.page) {
    return within.getByRole('button', { name, exact: true });
  }

  post(text) {
    return this.page.getByRole('article', { name: text });
  }

  sees(text, within = this.page) {
    return within.getByText(text, { exact: true }).first().waitFor();
  }

  async picture(name) {
    const folder = process.env.MILLPOND_SCREENSHOTS;
    if (folder) await this.page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
  }
}

// The smallest PNG there is: one red pixel.
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==',
  'base64',
);

test('two people live on an app', async () => {
  const app = await millpond.newApp('app');
  Person.app = app;
  site.backend = backend({ millpond, key: app.key, secret: app.secret });
  const ann = await Person.joins('Ann');
  const ben = await Person.joins('Ben');
  await ann.page.reload(); // Ben came later
  await ann.at('Home');

  // Ann follows whom she is suggested; Ben is told while he looks.
  await ann.button('Follow Ben').click();
  await ben.button('Notifications (1)').waitFor();
  await ben.go('Notifications');
  await ben.sees('new: Ann follows you');
  await ben.picture('1-followed');

  // He posts with a picture and a poll, by keyboard: it comes to her by itself.
  await ben.go('Home');
  await ben.page.getByLabel('What is new?').focus();
  await ben.page.keyboard.type('My cat #cats');
  await ben.page.getByLabel('Picture').setInputFiles({ name: 'cat.png', mimeType: 'image/png', buffer: PIXEL });
  await ben.button('Poll').focus();
  await ben.page.keyboard.press('Space');
  for (const [label, text] of [['Question', 'Cats?'], ['Answer 1', 'Yes'], ['Answer 2', 'No']]) {
    await ben.page.getByLabel(label).focus();
    await ben.page.keyboard.type(text);
  }
  await ben.page.keyboard.press('Enter');
  const post = ann.post('My cat #cats');
  await post.waitFor();
  const image = post.getByRole('img');
  await ann.page.waitForFunction((shown) => shown.complete && shown.naturalWidth > 0, await image.elementHandle());
  await ann.picture('2-timeline');

  // She likes, votes, keeps and comments; what he looks at follows.
  await ben.go('Profile');
  const his = ben.post('My cat #cats');
  await ann.button('Like (0)', post).click();
  await ann.button('Like (1)', post).waitFor();
  assert.equal(await ann.button('Like (1)', post).getAttribute('aria-pressed'), 'true');
  await ben.button('Like (1)', his).waitFor();
  assert.equal(await ben.button('Like (1)', his).getAttribute('aria-pressed'), 'false');
  await ann.button('Yes (0)', post).click();
  await ann.button('Yes (1)', post).waitFor();
  await ben.button('Yes (1)', his).waitFor();
  await ann.button('No (0)', post).click();
  await ann.button('No (1)', post).waitFor();
  await ben.button('No (1)', his).waitFor();
  await ben.button('Yes (0)', his).waitFor();
  await ann.page.getByLabel('Another answer').fill('Dogs');
  await ann.button('Suggest', post).click();
  await ben.button('Dogs (0)', his).waitFor();
  await ann.button('Keep (0)', post).click();
  await ann.button('Keep (1)', post).waitFor();
  await ben.button('Comments (0)', his).click();
  await ann.button('Comments (0)', post).click();
  await ann.page.getByLabel('Write a comment').fill('Lovely');
  await ann.page.keyboard.press('Enter');
  await ann.sees('Lovely', post.getByRole('list', { name: 'Comments' }));
  await ben.sees('Lovely', his.getByRole('list', { name: 'Comments' })); // the SDK counts only one's own comments by itself
  await ben.button('Notifications (3)').waitFor();

  // He comes to it by what he was told, answers and likes what she said.
  await ben.go('Notifications');
  await ben.picture('3-notifications');
  const told = ben.page.getByRole('region', { name: 'Ann commented on your post' });
  await ben.button('Read', told).click();
  await ben.sees('read: Ann commented on your post');
  await ben.button('Show', told).click();
  await ben.at('Post');
  await ben.button('Reply to "Lovely"').click();
  await ben.page.getByLabel('Answer Ann').fill('Thanks');
  await ben.page.keyboard.press('Enter');
  await ben.sees('Thanks', ben.page.getByRole('list', { name: 'Replies to "Lovely"' }));
  await ben.button('Like "Lovely"').click();
  await ben.page.getByRole('button', { name: 'Like "Lovely"', pressed: true }).waitFor();
  await ben.picture('4-post');
  await ann.button('Notifications (2)').waitFor();
  await ann.button('Reply to "Lovely"', post).click();
  await ann.sees('Thanks', post.getByRole('list', { name: 'Replies to "Lovely"' }));
  await ben.go('Notifications');
  await ben.button('Mark all as read').click();
  await ben.button('Notifications').waitFor();
  await ann.go('Notifications');
  await ann.sees('new: Ben answered you');
  await ann.sees('new: Ben likes your comment');
  await ann.button('Mark all as read').click();
  await ann.button('Notifications').waitFor();

  // A story is watched; what was kept is listed; what is popular is for everybody.
  await ben.go('Home');
  await ben.page.getByLabel('Your story').fill('A day at the sea');
  await ben.page.keyboard.press('Enter');
  await ann.go('Home');
  await ann.button('Ben').click();
  await ann.page.getByRole('dialog', { name: 'Story' }).getByText('A day at the sea').waitFor();
  await ann.picture('5-story');
  await ann.page.keyboard.press('Enter');
  await ann.button('Ben (watched)').waitFor();
  await ann.go('Bookmarks');
  await ann.sees('Ben: My cat #cats');
  await ann.go('For you');
  await ann.post('My cat #cats').waitFor();

  // People and posts are found, by words; a profile says who follows.
  await ann.go('Search');
  await ann.page.getByLabel('Search for').fill('cat');
  await ann.page.keyboard.press('Enter');
  await ann.sees('0 people, 1 posts');
  await ann.page.getByLabel('Search for').fill('be');
  await ann.page.keyboard.press('Enter');
  await ann.sees('1 people, 0 posts');
  await ann.button('Ben', ann.page.getByRole('region', { name: 'Found' })).click();
  await ann.at('Profile');
  await ann.sees('2 followers: Ann, Ben');
  await ann.picture('6-profile');
  await ben.go('Profile');
  await ben.button('Members').click();
  await ben.button('Make Ann a member').click();
  await ben.sees('Members: Ann');

  // A post is changed under her eyes, hidden, and a day later the story is gone.
  await ann.go('Home');
  await ben.button('Change', his).click();
  await ben.page.getByLabel('New text').fill('My old cat');
  await ben.page.keyboard.press('Enter');
  await ann.post('My old cat').waitFor();
  await ann.button('Hide', ann.post('My old cat')).click();
  await ann.button('Show again', ann.post('My old cat')).waitFor();
  await ann.page.reload();
  await ann.sees('Nothing here yet. Follow somebody.');
  await app.advance('25h');
  await ann.page.reload();
  await ann.at('Home');
  assert.equal(await ann.page.getByRole('region', { name: 'Stories' }).getByRole('button').count(), 1);

  // She follows him no more, and leaves; nothing of hers is left with him.
  await ann.go('Search');
  await ann.page.getByLabel('Search for').fill('be');
  await ann.page.keyboard.press('Enter');
  await ann.button('Ben', ann.page.getByRole('region', { name: 'Found' })).click();
  await ann.button('Unfollow Ben').click();
  await ann.sees('1 followers: Ben');
  await ann.button('Delete my account').click();
  await ann.page.getByLabel('Your name').waitFor();
  await ben.page.reload();
  await ben.go('Profile');
  await ben.button('Comments (0)', ben.post('My old cat')).waitFor();
  await ben.button('Like (0)', ben.post('My old cat')).waitFor();
  await ben.picture('7-left');
  for (const person of [ann, ben]) await person.complainsOnlyOf();
});
