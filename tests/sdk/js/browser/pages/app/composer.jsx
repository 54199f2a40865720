// A new post: a text, a picture if there is one, a poll if there is one.

import { useContext, useRef, useState } from 'react';
import { useFeedsClient } from '@stream-io/feeds-react-sdk';
import { Own } from './own.jsx';
import { useTask } from './task.jsx';

export function Composer() {
  const client = useFeedsClient();
  const { id, feeds } = useContext(Own);
  const [text, setText] = useState('');
  const [asking, setAsking] = useState(false);
  const picture = useRef(null);
  const [post, state, busy] = useTask(async ({ currentTarget: form }) => {
    const fields = new FormData(form);
    const file = picture.current.files[0];
    const attachments = [];
    if (file) {
      const { file: address } = await client.uploadImage({ file });
      attachments.push({ type: 'image', image_url: address, custom: {} });
    }
    let poll;
    if (asking) {
      const options = fields.getAll('option').filter(Boolean).map((option) => ({ text: option }));
      ({ poll } = await client.createPoll({ name: fields.get('question'), options, enforce_unique_vote: true, allow_user_suggested_options: true }));
    }
    const words = text.match(/#(\w+)/g) ?? [];
    await client.addActivity({
      feeds: [feeds.user.feed],
      type: 'post',
      text,
      attachments,
      poll_id: poll?.id,
      interest_tags: words.map((word) => word.slice(1)),
      user_id: id,
    });
    form.reset();
    setText('');
    setAsking(false);
  });
  return (
    <form className="card" onSubmit={post}>
      <label>What is new?<textarea rows="2" value={text} onChange={({ target }) => setText(target.value)} required /></label>
      {asking && (
        <fieldset>
          <label>Question <input name="question" required /></label>{' '}
          {[1, 2].map((n) => <label key={n}>Answer {n} <input name="option" required size="10" /> </label>)}
        </fieldset>
      )}
      <p className="row">
        <label>Picture <input type="file" accept="image/*" ref={picture} /></label>
        <button type="button" aria-pressed={asking} onClick={() => setAsking(!asking)}>Poll</button>
        <button disabled={busy}>Post</button>
      </p>
      {state}
    </form>
  );
}
