// The comments of a post, and the replies to each.

import { useContext, useEffect, useState } from 'react';
import { useActivityComments, useActivityWithStateUpdatesContext, useFeedsClient } from '@stream-io/feeds-react-sdk';
import { Own } from './own.jsx';
import { Do, useTask } from './task.jsx';

const FIRST = { sort: 'first', limit: 5 };

/** The comments of a post or the replies to one, of whatever keeps them here: the page's one post, or a feed. */
function useLoaded(activity, parentComment) {
  const known = useActivityComments({ activity: useActivityWithStateUpdatesContext() ?? activity, parentComment });
  useEffect(() => {
    if (!known.comments) known.loadNextPage(FIRST);
  }, []);
  return { ...known, comments: known.comments ?? [] };
}

export function Comments({ activity }) {
  const { comments, has_next_page: more, loadNextPage } = useLoaded(activity);
  return (
    <>
      <ul aria-label="Comments">
        {comments.map((comment) => <Comment key={comment.id} activity={activity} comment={comment} />)}
      </ul>
      {more && <Do run={() => loadNextPage(FIRST)}>More comments</Do>}
      <Write label="Write a comment" about={{ object_id: activity.id, object_type: 'activity' }} />
    </>
  );
}

function Comment({ activity, comment }) {
  const client = useFeedsClient();
  const own = useContext(Own);
  const [replying, setReplying] = useState(false);
  const { id, text, user, own_reactions: reactions } = comment;
  const liked = reactions.some(({ type }) => type === 'like');
  const like = () => {
    const which = { id, type: 'like' };
    return liked
      ? client.deleteCommentReaction({ ...which, delete_notification_activity: true })
      : client.addCommentReaction({ ...which, create_notification_activity: true });
  };
  return (
    <li>
      <div className="row">
        <strong>{user.name}</strong> <span>{text}</span>
        <Do run={like} aria-pressed={liked} aria-label={`Like "${text}"`}>Like ({comment.reaction_groups?.like?.count ?? 0})</Do>
        <button type="button" aria-expanded={replying} aria-label={`Reply to "${text}"`} onClick={() => setReplying(!replying)}>
          Replies ({comment.reply_count})
        </button>
        {user.id === own.id && <Do run={() => client.deleteComment({ id })} aria-label={`Delete "${text}"`}>Delete</Do>}
      </div>
      {replying && <Replies activity={activity} comment={comment} />}
    </li>
  );
}

function Replies({ activity, comment }) {
  const { comments, has_next_page: more, loadNextPage } = useLoaded(activity, comment);
  return (
    <>
      <ul aria-label={`Replies to "${comment.text}"`}>
        {comments.map((reply) => <Comment key={reply.id} activity={activity} comment={reply} />)}
      </ul>
      {more && <Do run={() => loadNextPage(FIRST)}>More replies</Do>}
      <Write label={`Answer ${comment.user.name}`} about={{ parent_id: comment.id, object_id: activity.id, object_type: 'activity' }} />
    </>
  );
}

function Write({ label, about }) {
  const client = useFeedsClient();
  const [text, setText] = useState('');
  const [write, state] = useTask(async () => {
    await client.addComment({ ...about, comment: text, create_notification_activity: true });
    setText('');
  });
  return (
    <form className="row" onSubmit={write}>
      <input aria-label={label} placeholder={label} value={text} onChange={({ target }) => setText(target.value)} required />
      <button>Send</button>
      {state}
    </form>
  );
}
