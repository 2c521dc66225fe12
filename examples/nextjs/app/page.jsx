/** The page; rendered on the server, the player with it. */
import { Player } from './player.jsx';

export default function Page() {
  return <Player />;
}
