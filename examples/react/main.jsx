/** The page, in strict mode: while developing, React mounts each component, unmounts it, and mounts it again. */
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.jsx';

createRoot(document.body).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
