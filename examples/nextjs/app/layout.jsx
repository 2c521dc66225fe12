/** The frame of every page; rendered on the server. */
export const metadata = {
  title: 'audio-dsp-wasm: Next.js',
  icons: { icon: 'data:,' },
};

export default function Layout({ children }) {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  );
}
