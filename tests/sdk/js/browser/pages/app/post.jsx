// One post with all that people do with it.

import { useContext, useState } from 'react';
import { useFeedsClient } from '@stream-io/feeds-react-sdk';
import { Comments } from './comments.jsx';
import { Own } from './own.jsx';
import { Poll } from './poll.jsx';
import { Do } from './task.jsx';

export function Post({ activity, open = false }) {
  const client = useFeedsClient();
  const own = useContext(Own);
  const [talking, setTalking] = useState(open);
  const [changing, setChanging] = useState(false);
  const { id, user, text, attachments, poll, own_reactions: reactions, own_bookmarks: bookmarks } = activity;
  const liked = reactions.some(({ type }) => type === 'like');
  const kept = bookmarks.length > 0;
  const mine = user.id === own.id;
  const like = () => {
    const which = { activity_id: id, type: 'like' };
    return liked
      ? client.deleteActivityReaction({ ...which, delete_notification_activity: true })
      : client.addActivityReaction({ ...which, create_notification_activity: true });
  };
  const keep = () => (kept ? client.deleteBookmark({ activity_id: id }) : client.addBookmark({ activity_id: id }));
  const change = async (event) => {
    event.preventDefault();
    await client.updateActivityPartial({ id, set: { text: new FormData(event.currentTarget).get('text') } });
    setChanging(false);
  };
  return (
    <article aria-label={`Post by ${user.name}: ${text}`}>
      <div className="row">
        <strong>{user.name}</strong> <small>{activity.edited_at ? 'edited' : ''}</small>
      </div>
      {changing ? (
        <form onSubmit={change}>
          <label>New text <input name="text" defaultValue={text} /></label> <button>Save</button>
        </form>
      ) : (
        <p>{text}</p>
      )}
      {attachments.map(({ image_url: address }) => address && <img key={address} src={`${address}&w=400&h=300`} alt={`by ${user.name}`} />)}
      {poll && <Poll activity={activity} />}
      <div className="row">
        <Do run={like} aria-pressed={liked}>Like ({activity.reaction_groups.like?.count ?? 0})</Do>
        <button type="button" aria-expanded={talking} onClick={() => setTalking(!talking)}>Comments ({activity.comment_count})</button>
        <Do run={keep} aria-pressed={kept}>Keep ({activity.bookmark_count})</Do>
        <button type="button" onClick={() => own.go('Profile', user.id)}>About {user.name}</button>
        <button type="button" onClick={() => own.go('Post', id)}>Open</button>
        {mine && <button type="button" onClick={() => setChanging(!changing)}>Change</button>}
        {mine && <Do run={() => client.deleteActivity({ id })}>Delete</Do>}
        {!mine && <Do run={() => client.activityFeedback({ activity_id: id, hide: !activity.hidden })}>{activity.hidden ? 'Show again' : 'Hide'}</Do>}
      </div>
      {talking && <Comments activity={activity} />}
    </article>
  );
}
