"""Taking files in: parse → profile → mapping → stage → load, and the way back."""
